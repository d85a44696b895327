//! How long a refresh may take, and others wait for it.

use std::time::Duration;

/// How long a refresh may take, and others wait for it.
#[derive(Debug, Clone, Copy)]
pub struct RefreshPatience {
    /// How long the provider may take.
    pub provider: Duration,
    /// How long to wait for whoever refreshes the same session, in this process
    /// or on another node.
    pub others: Duration,
}

impl Default for RefreshPatience {
    fn default() -> Self {
        Self {
            provider: Duration::from_secs(35),
            others: Duration::from_secs(30),
        }
    }
}

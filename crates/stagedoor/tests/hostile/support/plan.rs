//! What differs from one house to the next.

use std::time::Duration;

use stagedoor_demo_idp::hostile::Lie;

use super::{Authority, TlsFront};

/// What differs from one house to the next.
pub(crate) struct Plan {
    /// Further settings of the provider: YAML, one setting a line.
    pub(crate) provider: String,
    /// The lie that is told from the very start.
    pub(crate) lie: Option<Lie>,
    /// What speaks TLS before the provider.
    pub(crate) front: Option<TlsFront>,
    /// Where metadata is, if not at the provider.
    pub(crate) metadata_url: Option<String>,
    /// The longest that a call to a provider may take.
    pub(crate) timeout: Duration,
    /// A second provider, `other`, is configured too.
    pub(crate) other: bool,
    /// An authority that the backend trusts besides the system's.
    pub(crate) authority: Option<Authority>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            provider: String::new(),
            lie: None,
            front: None,
            metadata_url: None,
            // Long enough for a busy machine: only sick providers use it up.
            timeout: Duration::from_secs(10),
            other: false,
            authority: None,
        }
    }
}

impl Plan {
    /// With a provider that tells `lie` from the very start.
    pub(crate) fn lying(lie: Lie) -> Self {
        Self {
            lie: Some(lie),
            ..Self::default()
        }
    }

    /// With this line in the provider's settings.
    pub(crate) fn setting(mut self, line: &str) -> Self {
        self.provider.push_str("        ");
        self.provider.push_str(line);
        self.provider.push('\n');
        self
    }
}

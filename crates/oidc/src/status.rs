//! Whether a provider can be used now.

use jiff::Timestamp;

use crate::{cached::Health, discovery::ProviderMetadata};

/// Whether a provider can be used now: for a sign-in page, readiness and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderStatus {
    /// Nobody asked it anything yet.
    NotTried,
    /// Its metadata is known.
    Ready {
        /// The issuer, as the provider spells it.
        issuer: String,
        /// When its metadata was first fetched.
        since: Timestamp,
    },
    /// Its metadata was never had.
    Unavailable {
        /// When the first attempt failed.
        since: Timestamp,
        /// Why the last one did, for an operator.
        reason: String,
    },
}

impl From<Health<ProviderMetadata>> for ProviderStatus {
    fn from(health: Health<ProviderMetadata>) -> Self {
        match health {
            Health::Untried => Self::NotTried,
            Health::Good { value, since } => Self::Ready {
                issuer: value.issuer.clone(),
                since,
            },
            Health::Failing { error, since } => Self::Unavailable {
                since,
                reason: error.to_string(),
            },
        }
    }
}

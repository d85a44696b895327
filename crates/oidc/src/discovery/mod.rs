//! What a provider says about itself (OpenID Connect Discovery 1.0).

mod metadata;
mod rules;
mod source;
mod target;

pub use metadata::ProviderMetadata;
pub(crate) use source::DiscoverySource;

//! Fetching the discovery document.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{metadata::ProviderMetadata, target::DiscoveryTarget};
use crate::{
    cached::{Policy, Source},
    error::OidcError,
    http::HttpClient,
    settings::ClientSettings,
    trace::TRACE,
};

/// Fetches one provider's metadata.
pub(crate) struct DiscoverySource {
    pub(crate) settings: Arc<ClientSettings>,
    pub(crate) http: HttpClient,
}

impl DiscoverySource {
    /// Metadata changes rarely; what was good is used as long as nothing newer
    /// can be had.
    pub(crate) const POLICY: Policy = Policy {
        refresh_after: SignedDuration::from_hours(1),
        expire_after: SignedDuration::MAX,
        first_pause: SignedDuration::from_secs(1),
        longest_pause: SignedDuration::from_secs(60),
        renew_interval: SignedDuration::from_secs(10),
    };

    fn warn_about_algorithm(&self, metadata: &ProviderMetadata) {
        let offered = &metadata.id_token_signing_alg_values_supported;
        let expected = self.settings.id_token_alg.as_str();
        if !offered.is_empty() && !offered.iter().any(|name| name == expected) {
            tracing::warn!(
                issuer = %metadata.issuer,
                "the provider does not list {expected} among its ID token signing algorithms: every sign-in will fail unless that is changed"
            );
        }
    }
}

impl Source for DiscoverySource {
    type Value = ProviderMetadata;

    fn describe(&self) -> String {
        format!("the metadata of {}", self.settings.metadata_url)
    }

    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.discovery", skip_all)]
    async fn fetch(&self) -> Result<ProviderMetadata, OidcError> {
        let target = DiscoveryTarget::new(&self.settings.metadata_url)?;
        let timeout = self.settings.timeout;
        let answer = self.http.get(&target.document, timeout).await?;
        let document = answer.success_json()?;
        let metadata = ProviderMetadata::read(&document, &target, &self.settings)?;
        self.warn_about_algorithm(&metadata);
        Ok(metadata)
    }
}

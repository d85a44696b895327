//! One client at one provider.

#[cfg(feature = "bench")]
mod bench;
mod id_token;
mod logout;
mod refresh;
mod sign_in;
mod take_over;
mod userinfo;

pub use take_over::{TakenOver, UnidentifiedGrant};

use std::{fmt, sync::Arc};

use jiff::SignedDuration;
use stagedoor_ambient::{SharedClock, SharedEntropy};
use url::Url;

use crate::{
    cached::Cached,
    client_auth::{Client, authenticate},
    discovery::{DiscoverySource, ProviderMetadata},
    error::OidcError,
    http::{Answer, FormRequest, HttpClient},
    issuer::ExpectedIssuer,
    jwks::KeyRing,
    query::Parameter,
    settings::ClientSettings,
    status::ProviderStatus,
};

/// One client registered at one provider: share it in an `Arc`.
///
/// Its methods must be called within a Tokio runtime.
pub struct RelyingParty {
    settings: Arc<ClientSettings>,
    http: HttpClient,
    clock: SharedClock,
    entropy: SharedEntropy,
    metadata: Cached<DiscoverySource>,
    keys: KeyRing,
}

impl RelyingParty {
    /// A client with `settings`. Nothing is fetched yet.
    #[must_use]
    pub fn new(
        settings: ClientSettings,
        http: HttpClient,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Self {
        let settings = Arc::new(settings);
        let source = DiscoverySource {
            settings: Arc::clone(&settings),
            http: http.clone(),
        };
        let metadata = Cached::new(source, DiscoverySource::POLICY, Arc::clone(&clock));
        let keys = KeyRing::new(
            metadata.clone(),
            Arc::clone(&settings),
            http.clone(),
            Arc::clone(&clock),
        );
        Self {
            settings,
            http,
            clock,
            entropy,
            metadata,
            keys,
        }
    }

    /// The settings it was made with.
    #[must_use]
    pub fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// The provider's metadata: kept, renewed in the background once an hour,
    /// fetched once for all who wait. After a failure the same error is given
    /// during a pause that grows from 1 s to 60 s.
    ///
    /// # Errors
    /// [`OidcError::Unavailable`], or the rule of Discovery that the document breaks.
    pub async fn metadata(&self) -> Result<Arc<ProviderMetadata>, OidcError> {
        self.metadata.get().await
    }

    /// Whether the provider can be used now. Asks nobody: to have a provider
    /// that was down noticed when it comes, call [`Self::keep_current`] at times.
    #[must_use]
    pub fn status(&self) -> ProviderStatus {
        self.metadata.health().into()
    }

    /// Fetches metadata and keys if they are due, so that the next sign-in finds
    /// them. For a background task, every few seconds: it costs nothing when
    /// nothing is due, and pauses after failures by itself.
    ///
    /// # Errors
    /// As [`Self::metadata`].
    pub async fn keep_current(&self) -> Result<(), OidcError> {
        self.metadata().await?;
        self.keys.keep_current().await
    }

    /// Posts `fields` to an endpoint at which the client must prove itself.
    async fn post<'a>(
        &'a self,
        metadata: &'a ProviderMetadata,
        endpoint: &Url,
        fields: Vec<Parameter<'a>>,
    ) -> Result<Answer, OidcError> {
        let mut request = FormRequest {
            fields,
            authorization: None,
        };
        let client = Client {
            settings: &self.settings,
            metadata,
            has_certificate: self.http.has_certificate(),
            now: self.clock.now(),
            entropy: &*self.entropy,
        };
        authenticate(&mut request, &client)?;
        let timeout = self.settings.timeout;
        self.http.post_form(endpoint, &request, timeout).await
    }

    /// Who may issue tokens.
    fn issuer<'a>(&'a self, metadata: &'a ProviderMetadata) -> ExpectedIssuer<'a> {
        ExpectedIssuer::new(self.settings.issuer.as_deref(), &metadata.issuer)
    }

    /// How far the provider's clock may differ.
    fn tolerance(&self) -> SignedDuration {
        self.settings.clock_tolerance.max(SignedDuration::ZERO)
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty")
            .field("settings", &self.settings)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

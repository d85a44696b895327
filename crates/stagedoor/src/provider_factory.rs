//! Providers registered in code: Backstage's `createOAuthProviderFactory`.

use std::sync::Arc;

use stagedoor_ambient::{SharedClock, SharedEntropy};
use stagedoor_config::ProviderEnvironment;
use stagedoor_oidc::HttpClient;
use stagedoor_signin::{authenticator::Authenticator, resolver::SignInResolver};
use url::Url;

use crate::StartError;

/// What an authenticator is built from, besides its configuration.
#[derive(Debug, Clone)]
pub struct AuthenticatorSetup {
    /// Where the provider sends the browser back to.
    pub callback_url: Url,
    /// Speaks HTTP with providers, within limits.
    pub http: HttpClient,
    /// Tells the time.
    pub clock: SharedClock,
    /// Gives randomness.
    pub entropy: SharedEntropy,
}

/// Makes an authenticator for each configured environment of a provider.
pub trait AuthenticatorFactory: Send + Sync + 'static {
    /// The authenticator for `settings`.
    ///
    /// # Errors
    /// When the settings ask for what it can't do.
    fn build(
        &self,
        settings: &ProviderEnvironment,
        setup: &AuthenticatorSetup,
    ) -> Result<Arc<dyn Authenticator>, StartError>;
}

/// A provider made of an authenticator, and of a resolver of one's own.
#[must_use]
pub fn oauth_provider(authenticator: impl AuthenticatorFactory) -> OAuthProvider {
    OAuthProvider {
        authenticator: Arc::new(authenticator),
        sign_in_resolver: None,
    }
}

/// See [`oauth_provider`].
#[derive(Clone)]
pub struct OAuthProvider {
    pub(crate) authenticator: Arc<dyn AuthenticatorFactory>,
    pub(crate) sign_in_resolver: Option<Arc<dyn SignInResolver>>,
}

impl OAuthProvider {
    /// Decides who someone is, where the configuration names no
    /// `signIn.resolvers`.
    #[must_use]
    pub fn sign_in_resolver(mut self, resolver: impl SignInResolver) -> Self {
        self.sign_in_resolver = Some(Arc::new(resolver));
        self
    }
}

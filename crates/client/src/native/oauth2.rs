//! A session of whoever signs in with the system's browser.

use std::{fmt, sync::Arc};

use super::{LoopbackAuthConnector, LoopbackOptions};
use crate::{
    auth::{AuthError, AuthProviderInfo, OAuth2, Scopes, SessionOptions},
    discovery::DiscoveryApi,
};

/// What [`OAuth2::create`] is told.
#[derive(Clone)]
pub struct OAuth2Options {
    /// Where the auth backend is.
    pub discovery: Arc<dyn DiscoveryApi>,
    /// The program, as the operator names it in `stagedoor.nativeClients`.
    pub client_id: String,
    /// The provider to sign in with; `None` lets people choose.
    pub provider: Option<AuthProviderInfo>,
    /// `env`; `None` is the auth backend's own (`auth.environment`).
    pub environment: Option<String>,
    /// What is asked for at every sign-in.
    pub default_scopes: Scopes,
}

impl fmt::Debug for OAuth2Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth2Options")
            .field("client_id", &self.client_id)
            .field("provider", &self.provider)
            .field("environment", &self.environment)
            .field("default_scopes", &self.default_scopes)
            .finish_non_exhaustive()
    }
}

impl OAuth2 {
    /// A session of whoever signs in with the system's browser, as long as the
    /// process lives. For more to say, give [`OAuth2::new`] a connector.
    ///
    /// # Errors
    /// Without an HTTP client.
    pub fn create(options: OAuth2Options) -> Result<Self, AuthError> {
        let connector = LoopbackAuthConnector::new(LoopbackOptions {
            provider: options.provider,
            environment: options.environment,
            ..LoopbackOptions::new(options.discovery, options.client_id)
        })?;
        let session = SessionOptions {
            default_scopes: options.default_scopes,
            ..SessionOptions::default()
        };
        Ok(Self::new(Arc::new(connector), session))
    }
}

//! The authenticator that providers have unless code says otherwise.

use std::sync::Arc;

use stagedoor_config::ProviderEnvironment;
use stagedoor_signin::{OidcAuthenticator, authenticator::Authenticator};

use super::{oidc_options, relying_party};
use crate::{AuthenticatorFactory, AuthenticatorSetup, StartError};

/// The authenticator for any OpenID provider: Backstage's `oidcAuthenticator`.
#[must_use]
pub fn oidc_authenticator() -> OidcAuthenticatorFactory {
    OidcAuthenticatorFactory
}

/// See [`oidc_authenticator`].
#[derive(Debug, Clone, Copy, Default)]
pub struct OidcAuthenticatorFactory;

impl AuthenticatorFactory for OidcAuthenticatorFactory {
    fn build(
        &self,
        settings: &ProviderEnvironment,
        setup: &AuthenticatorSetup,
    ) -> Result<Arc<dyn Authenticator>, StartError> {
        Ok(Arc::new(OidcAuthenticator::new(
            relying_party(settings, setup)?,
            oidc_options(settings),
        )))
    }
}

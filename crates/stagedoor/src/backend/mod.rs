//! The auth backend as a whole: built from configuration and code, then served.

mod builder;
mod error;
mod provider_factory;
mod running;

pub use builder::AuthBackendBuilder;
pub use error::StartError;
pub use provider_factory::{
    AuthenticatorFactory, AuthenticatorSetup, OAuthProvider, OidcAuthenticatorFactory,
    oauth_provider, oidc_authenticator,
};
pub use running::AuthBackend;
pub(crate) use running::stop_signal;

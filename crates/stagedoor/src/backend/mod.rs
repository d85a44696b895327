//! The auth backend as a whole: built from configuration and code, then served.

mod builder;
mod error;
mod inputs;
mod provider_factory;
mod reload;
mod running;

pub use builder::AuthBackendBuilder;
pub use error::StartError;
pub use provider_factory::{
    AuthenticatorFactory, AuthenticatorSetup, OAuthProvider, OidcAuthenticatorFactory,
    oauth_provider, oidc_authenticator,
};
pub use running::AuthBackend;
pub(crate) use running::stop_signal;

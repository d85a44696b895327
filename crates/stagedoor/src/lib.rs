//! Sign-in for Backstage, for programs that embed it.
//!
//! [`AuthBackend`] reads Backstage's configuration and serves the auth
//! backend's routes; providers under ids of one's own, with authenticators and
//! resolvers of one's own, are registered in code:
//!
//! ```no_run
//! use stagedoor::{
//!     AuthBackend, ConfigFiles, oauth_provider, oidc_authenticator,
//!     identity::{EntityRef, UserClaims},
//!     signin::resolver::{ResolveError, sign_in_resolver},
//! };
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let by_subject = sign_in_resolver("bySubject", |info, context| async move {
//!     let subject = info.result.userinfo.str("sub").unwrap_or_default();
//!     let user = EntityRef::try_new("user", "default", subject)
//!         .map_err(|error| ResolveError::NotAllowed(error.to_string()))?;
//!     context.issue_token(UserClaims::new(user.clone(), vec![user])).await
//! });
//! AuthBackend::builder()
//!     .config(ConfigFiles::explicit(["app-config.yaml"]))
//!     .provider("keycloak", oauth_provider(oidc_authenticator()).sign_in_resolver(by_subject))
//!     .build()
//!     .await?
//!     .serve()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! The crate turns settings into the parts that do the work, and nothing else:
//! see `parts/`.

mod backend;
mod check;
pub mod cli;
pub mod dev;
mod parts;
mod provider_factory;
mod start_error;
#[cfg(feature = "traces")]
pub mod traces;
#[cfg(not(feature = "traces"))]
#[path = "no_traces.rs"]
mod traces;
mod version;

pub use backend::{AuthBackend, AuthBackendBuilder};
pub use parts::{OidcAuthenticatorFactory, oidc_authenticator};
pub use provider_factory::{
    AuthenticatorFactory, AuthenticatorSetup, OAuthProvider, oauth_provider,
};
pub use stagedoor_config::{ConfigFiles, Environment};
pub use start_error::StartError;

pub use {
    stagedoor_catalog as catalog, stagedoor_identity as identity, stagedoor_oidc as oidc,
    stagedoor_signin as signin,
};

/// The code of `docs/embedding.md`, which is tested with that of this crate.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
struct Embedding;

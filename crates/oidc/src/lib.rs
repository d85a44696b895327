//! An OpenID Connect relying party: discovery, code flow, refresh, userinfo,
//! revocation, logout, and every check the specifications ask for.
//!
//! A [`RelyingParty`] is one client registered at one provider. It is built
//! without any I/O, so a provider that is down stops nothing: the provider's
//! metadata and keys are fetched on first use, kept, refreshed in the
//! background, and fetched again with growing pauses while they fail.
//!
//! ```no_run
//! # async fn sign_in() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use stagedoor_ambient::{SystemClock, SystemEntropy};
//! use stagedoor_oidc::{
//!     AuthorizationParams, CallbackParams, ClientSettings, HttpClient, HttpSettings, RelyingParty,
//! };
//!
//! let http = HttpClient::new(HttpSettings::default())?;
//! let settings = ClientSettings {
//!     client_secret: Some("a secret".into()),
//!     ..ClientSettings::new(
//!         "https://id.example.com".parse()?,
//!         "my-client",
//!         "https://app.example.com/callback".parse()?,
//!     )
//! };
//! let provider = RelyingParty::new(
//!     settings, http, Arc::new(SystemClock), Arc::new(SystemEntropy::default()),
//! );
//!
//! let request = provider
//!     .authorization_request(AuthorizationParams { scope: "openid", state: "xyz", ..Default::default() })
//!     .await?;
//! // … send the browser to `request.url`, keep `request.secrets` bound to it …
//! let callback = CallbackParams::from_pairs([("code", "from the provider"), ("state", "xyz")])?;
//! let tokens = provider.exchange_code(&callback, &request.secrets).await?;
//! # Ok(()) }
//! ```
//!
//! Every rule of the specifications is one function named for it, with the
//! section it comes from: see the sources of `id_token::rules`, `id_token::continuity`, `jwt::rules`,
//! `issuer`, `logout_token::rules`, `callback`, `discovery::rules` and `jwks::rules`. What it found broken is a [`Violation`].

mod authentication;
mod authorization;
mod by_name;
mod cached;
mod callback;
mod claims;
mod client_auth;
mod client_key;
mod discovery;
mod end_session;
mod error;
mod http;
mod id_token;
mod issuer;
mod jwks;
mod jwt;
mod logout_token;
mod pkce;
mod provider_text;
mod pushed_authorization;
mod query;
mod refresh_failure;
mod relying_party;
mod revocation;
mod secrets;
mod settings;
mod signing_alg;
mod status;
mod token_endpoint;
mod trace;
mod userinfo;
mod violation;
mod wiped;

pub use authentication::RequiredAuthentication;
pub use authorization::{AuthorizationParams, AuthorizationRequest, FlowSecrets};
pub use callback::CallbackParams;
pub use claims::{Claims, NotAnObject};
pub use client_key::{ClientKey, ClientKeyError};
pub use discovery::ProviderMetadata;
pub use error::OidcError;
pub use http::{HttpClient, HttpSettings, HttpSetupError};
pub use id_token::{OriginalSignIn, VerifiedIdToken};
pub use logout_token::VerifiedLogoutToken;
pub use refresh_failure::RefreshFailure;
pub use relying_party::{RelyingParty, TakenOver, UnidentifiedGrant};
pub use revocation::Revocation;
pub use secrets::{AccessToken, CodeVerifier, Nonce, RefreshToken};
pub use settings::{
    AssertionAudience, AssertionSettings, AuthorizationSettings, ClientAuthMethod, ClientSettings,
    ResponseMode, UnsupportedAudience, UnsupportedAuthMethod, UnsupportedResponseMode,
};
pub use signing_alg::{SigningAlg, UnsupportedSigningAlg};
pub use status::ProviderStatus;
pub use token_endpoint::TokenSet;
pub use violation::{Place, Violation};
pub use wiped::{Wipe, Wiped};

//! An OpenID provider for demonstrations and tests; never for production.
//!
//! Anyone who opens its login page can be anyone on its list: there are no
//! passwords. So it binds to loopback addresses only, keeps everything in
//! memory, and says on every page what it is. Within that it is a correct
//! provider: OpenID Connect Core 1.0 code flow with PKCE (RFC 7636), issuer
//! identification (RFC 9207), refresh with rotation and reuse detection
//! (RFC 9700 §4.14), revocation (RFC 7009) and RP-initiated logout.
//!
//! ```
//! use std::sync::Arc;
//! use stagedoor_ambient::{SystemClock, SystemEntropy};
//! use stagedoor_demo_idp::{DemoClient, DemoIdp, DemoSettings};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut settings = DemoSettings::on("127.0.0.1:0".parse()?);
//! settings.clients.push(DemoClient {
//!     client_id: "backstage".to_owned(),
//!     client_secret: Some("not-a-secret".into()),
//!     redirect_uris: vec!["http://localhost:7007/api/auth/oidc/handler/frame".parse()?],
//!     post_logout_redirect_uris: vec![],
//! });
//! let idp = DemoIdp::bind(settings, Arc::new(SystemClock), Arc::new(SystemEntropy::default())).await?;
//! let control = idp.control();
//! assert!(idp.metadata_url().path().ends_with("/.well-known/openid-configuration"));
//! idp.serve(async { /* until this future is done */ }).await?;
//! assert_eq!(control.calls(stagedoor_demo_idp::Endpoint::Token), 0);
//! # Ok(())
//! # }
//! ```

mod authorization;
mod bounded;
mod claims;
mod client_auth;
mod control;
mod cookies;
mod error;
mod grants;
pub mod hostile;
mod idp;
mod issuer;
mod keys;
mod misbehave;
mod oauth_error;
mod opaque;
mod pages;
mod parameters;
mod people;
mod provider;
mod routes;
mod scope;
mod sessions;
mod settings;
mod sign_out;
mod waiting;
mod watch;

pub use control::Control;
pub use error::DemoIdpError;
pub use idp::DemoIdp;
pub use keys::{DemoKey, NoSigningKey};
pub use misbehave::{Behave, Misbehave};
pub use people::{Person, demo_people};
pub use settings::{DemoClient, DemoSettings, RefreshPolicy};
pub use watch::Endpoint;

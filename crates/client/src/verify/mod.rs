//! For services behind Backstage: who sends a request.
//!
//! ```no_run
//! use stagedoor_client::verify::BackstageTokenVerifier;
//!
//! # async fn f(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = BackstageTokenVerifier::new("https://backstage.example.com/api/auth")?;
//! let user = verifier.verify(token).await?;
//! println!("{}", user.user_entity_ref);
//! # Ok(())
//! # }
//! ```

mod error;
#[cfg(feature = "axum")]
mod extractor;
mod fetch;
mod jwks;
mod verifier;

pub use error::{KeysUnavailable, SetupError, VerifyError};
#[cfg(feature = "axum")]
pub use extractor::{BackstageUser, NotBackstageUser};
pub use stagedoor_identity::{TokenError, UserTokenKind, VerifiedUser};
pub use verifier::{BackstageTokenVerifier, BackstageTokenVerifierBuilder};

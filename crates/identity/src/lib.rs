//! Who someone is: entity refs, profiles, ownership; the tokens of Backstage,
//! made and verified; the keys that sign them.
//!
//! No I/O: the caller brings the time, the randomness and the keys' bytes.
//!
//! ```
//! use jiff::Timestamp;
//! use stagedoor_ambient::SystemEntropy;
//! use stagedoor_identity::{
//!     EntityRef, KeySet, SigningAlgorithm, SigningKey, TokenLifetime, UserClaims,
//!     UserTokenIssuer, UserTokenVerifier,
//! };
//!
//! let key = SigningKey::generate(SigningAlgorithm::default(), &SystemEntropy::default())?;
//! let issuer = UserTokenIssuer {
//!     issuer: "https://backstage.example.com/api/auth".to_owned(),
//!     lifetime: TokenLifetime::default().as_duration(),
//!     omit_ownership_claim: true,
//! };
//! let jane = EntityRef::parse("user:jane")?;
//! let now = Timestamp::now();
//! let identity = issuer.issue(&key, &UserClaims::new(jane.clone(), vec![]), now)?;
//!
//! let keys = KeySet::new([key.public_jwk()]);
//! let token = identity.token.expose();
//! let verified = UserTokenVerifier::verify(token, &keys, &issuer.issuer, now)?;
//! assert_eq!(verified.user_entity_ref, jane);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
mod backstage_identity;
mod claims;
mod entity_ref;
mod jws;
mod key_set;
mod limited_token;
mod plugin_token;
mod profile;
mod public_jwk;
mod signing_key;
mod token_lifetime;
mod token_type;
mod user_token;
mod verifier;

pub use algorithm::{SigningAlgorithm, UnknownAlgorithm};
pub use backstage_identity::{BackstageIdentity, BackstageToken};
pub use claims::UserClaims;
pub use entity_ref::{
    DEFAULT_NAMESPACE, EntityRef, EntityRefDefaults, EntityRefError, MAX_ENTITY_REF_LENGTH,
};
pub use jws::MAX_TOKEN_LENGTH;
pub use key_set::KeySet;
pub use limited_token::limited_user_token;
pub use plugin_token::{PLUGIN_TOKEN_LIFETIME, PluginTokenIssuer};
pub use profile::Profile;
pub use public_jwk::{JwkError, PublicJwk};
pub use signing_key::{KeyError, SigningFailed, SigningKey};
pub use token_lifetime::TokenLifetime;
pub use user_token::{IssueError, UserTokenIssuer};
pub use verifier::{TokenError, UserTokenKind, UserTokenVerifier, VerifiedUser};

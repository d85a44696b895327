//! Who someone is: from what a provider says to a User entity (contract §11).
//!
//! A [`SignInResolver`] is asked at every sign-in and every refresh. Those in
//! [`built_in`] come from configuration; one's own is any type, or any async
//! function, with the trait.

use async_trait::async_trait;
use stagedoor_identity::{BackstageIdentity, Profile};

use crate::authenticator::OidcResult;

pub mod built_in;
mod chain;
mod context;
mod error;
mod explain;
mod function;

pub use chain::ResolverChain;
pub use context::{CatalogUserQuery, ResolverContext};
pub use error::ResolveError;
pub use explain::{Attempt, LookUp, Outcome, Question};
pub use function::sign_in_resolver;

/// What a resolver is given about the person: Backstage's `SignInInfo`.
#[derive(Debug, Clone)]
pub struct SignInInfo {
    /// E-mail, name and picture, as far as they may be believed.
    pub profile: Profile,
    /// The provider's verified tokens and claims.
    pub result: OidcResult,
}

/// Decides who someone is, and has a token issued for them.
#[async_trait]
pub trait SignInResolver: Send + Sync + 'static {
    /// Its name in logs and audit events.
    fn name(&self) -> &str;

    /// The identity of the person that `info` describes.
    ///
    /// # Errors
    /// [`ResolveError::UserNotFound`] and [`ResolveError::NotFound`] let the
    /// next resolver try; any other error ends the sign-in.
    async fn resolve(
        &self,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Result<BackstageIdentity, ResolveError>;
}

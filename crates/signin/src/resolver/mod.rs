//! Who someone is: from what a provider says to a User entity (contract §11).
//!
//! A [`SignInResolver`] is asked at every sign-in and every refresh. Those in
//! [`built_in`] come from configuration; one's own is any type, or any async
//! function, with the trait.

use std::sync::Arc;

use async_trait::async_trait;
use stagedoor_identity::{BackstageIdentity, Profile};

use crate::authenticator::OidcResult;

pub mod built_in;
mod context;
mod error;
mod function;

pub use context::{CatalogUserQuery, ResolverContext};
pub use error::ResolveError;
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

/// Resolvers tried in order, the first that finds someone decides.
pub struct ResolverChain(Vec<Arc<dyn SignInResolver>>);

impl ResolverChain {
    /// The chain over `resolvers`.
    #[must_use]
    pub fn new(resolvers: Vec<Arc<dyn SignInResolver>>) -> Self {
        Self(resolvers)
    }
}

#[async_trait]
impl SignInResolver for ResolverChain {
    fn name(&self) -> &'static str {
        "chain"
    }

    async fn resolve(
        &self,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Result<BackstageIdentity, ResolveError> {
        for resolver in &self.0 {
            match resolver.resolve(info, context).await {
                Ok(identity) => {
                    tracing::debug!(resolver = resolver.name(), "resolved");
                    return Ok(identity);
                }
                Err(error) if error.lets_next_try() => {
                    tracing::debug!(resolver = resolver.name(), %error, "passed");
                }
                Err(error) => return Err(error),
            }
        }
        Err(ResolveError::NobodyResolved)
    }
}

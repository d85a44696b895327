//! A resolver made of a function.

use std::future::Future;

use async_trait::async_trait;
use stagedoor_identity::BackstageIdentity;

use super::{ResolveError, ResolverContext, SignInInfo, SignInResolver};

/// A resolver made of an async function: the shortest way to one's own.
///
/// ```
/// use stagedoor_identity::{EntityRef, UserClaims};
/// use stagedoor_signin::resolver::{ResolveError, sign_in_resolver};
///
/// let by_subject = sign_in_resolver("bySubject", |info, context| async move {
///     let subject = info.result.userinfo.str("sub").unwrap_or_default();
///     let user = EntityRef::try_new("user", "default", subject)
///         .map_err(|error| ResolveError::NotAllowed(error.to_string()))?;
///     context.issue_token(UserClaims::new(user.clone(), vec![user])).await
/// });
/// # let _: &dyn stagedoor_signin::resolver::SignInResolver = &by_subject;
/// ```
pub fn sign_in_resolver<F, R>(name: impl Into<String>, resolve: F) -> impl SignInResolver
where
    F: Fn(SignInInfo, ResolverContext) -> R + Send + Sync + 'static,
    R: Future<Output = Result<BackstageIdentity, ResolveError>> + Send + 'static,
{
    FunctionResolver {
        name: name.into(),
        resolve,
    }
}

struct FunctionResolver<F> {
    name: String,
    resolve: F,
}

#[async_trait]
impl<F, R> SignInResolver for FunctionResolver<F>
where
    F: Fn(SignInInfo, ResolverContext) -> R + Send + Sync + 'static,
    R: Future<Output = Result<BackstageIdentity, ResolveError>> + Send + 'static,
{
    fn name(&self) -> &str {
        &self.name
    }

    async fn resolve(
        &self,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Result<BackstageIdentity, ResolveError> {
        (self.resolve)(info.clone(), context.clone()).await
    }
}

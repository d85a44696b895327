//! `emailLocalPartMatchingUserEntityName`

use async_trait::async_trait;
use stagedoor_identity::BackstageIdentity;

use super::{AllowedDomains, user_named};
use crate::resolver::{
    CatalogUserQuery, ResolveError, ResolverContext, SignInInfo, SignInResolver,
};

/// Finds the user whose name is what stands before the `@`.
#[derive(Debug, Clone, Default)]
pub struct EmailLocalPartMatchingUserEntityName {
    /// Only these domains may sign in.
    pub allowed_domains: AllowedDomains,
    /// `dangerouslyAllowSignInWithoutUserInCatalog`
    pub allow_without_catalog_user: bool,
}

#[async_trait]
impl SignInResolver for EmailLocalPartMatchingUserEntityName {
    fn name(&self) -> &'static str {
        "emailLocalPartMatchingUserEntityName"
    }

    async fn resolve(
        &self,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Result<BackstageIdentity, ResolveError> {
        let email = self.allowed_domains.address_of(info)?;
        let local_part = email.split_once('@').map_or(email, |(local, _)| local);
        let user = user_named(local_part)?;
        let fallback = self.allow_without_catalog_user.then(|| user.clone());
        context
            .sign_in_with_catalog_user(&CatalogUserQuery::EntityRef(user), fallback)
            .await
    }
}

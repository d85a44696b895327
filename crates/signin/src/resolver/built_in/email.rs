//! `emailMatchingUserEntityProfileEmail`

use async_trait::async_trait;
use stagedoor_catalog::EntityFilter;
use stagedoor_identity::BackstageIdentity;

use super::{AllowedDomains, user_named};
use crate::resolver::{
    CatalogUserQuery, ResolveError, ResolverContext, SignInInfo, SignInResolver,
};

/// Finds the user whose `spec.profile.email` is the profile's e-mail address,
/// with or without its `+tag`.
#[derive(Debug, Clone, Default)]
pub struct EmailMatchingUserEntityProfileEmail {
    /// Only these domains may sign in. Backstage reads this option here and
    /// ignores it; we honour it.
    pub allowed_domains: AllowedDomains,
    /// `dangerouslyAllowSignInWithoutUserInCatalog`
    pub allow_without_catalog_user: bool,
}

#[async_trait]
impl SignInResolver for EmailMatchingUserEntityProfileEmail {
    fn name(&self) -> &'static str {
        "emailMatchingUserEntityProfileEmail"
    }

    async fn resolve(
        &self,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Result<BackstageIdentity, ResolveError> {
        let email = self.allowed_domains.address_of(info)?;
        match context
            .sign_in_with_catalog_user(&by_email(email), None)
            .await
        {
            Err(ResolveError::UserNotFound) => {}
            decided => return decided,
        }
        let Some(untagged) = without_tag(email) else {
            return Err(ResolveError::UserNotFound);
        };
        let fallback = self
            .allow_without_catalog_user
            .then(|| user_named(&untagged).ok())
            .flatten();
        context
            .sign_in_with_catalog_user(&by_email(&untagged), fallback)
            .await
    }
}

fn by_email(email: &str) -> CatalogUserQuery {
    CatalogUserQuery::Filter(EntityFilter::all_of([("spec.profile.email", email)]))
}

/// `ada+x@example.com` → `ada@example.com`; `None` for what Backstage's
/// `^([^@+]+)(\+[^@]+)?(@.*)$` does not match.
fn without_tag(email: &str) -> Option<String> {
    let (local, domain) = email.split_once('@')?;
    let (name, tag) = match local.split_once('+') {
        Some((name, tag)) => (name, Some(tag)),
        None => (local, None),
    };
    let matches = !name.is_empty() && tag != Some("");
    matches.then(|| format!("{name}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::without_tag;

    #[test]
    fn the_tag_is_what_stands_between_plus_and_at() {
        assert_eq!(without_tag("ada+x+y@e.com").as_deref(), Some("ada@e.com"));
        assert_eq!(without_tag("ada@e.com").as_deref(), Some("ada@e.com"));
        assert_eq!(without_tag("+x@e.com"), None);
        assert_eq!(without_tag("ada+@e.com"), None);
        assert_eq!(without_tag("ada"), None);
    }
}

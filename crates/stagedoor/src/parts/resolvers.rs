//! `signIn.resolvers` → a chain of resolvers.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use stagedoor_config::Resolver;
use stagedoor_signin::claims::ClaimPath;
use stagedoor_signin::resolver::{
    ResolverChain, SignInResolver,
    built_in::{
        AllowedDomains, ClaimResolver, ClaimTarget, EmailLocalPartMatchingUserEntityName,
        EmailMatchingUserEntityProfileEmail,
    },
};

use crate::StartError;

type Factory = Box<dyn Fn(&Value) -> Result<Arc<dyn SignInResolver>, String> + Send + Sync>;

/// Resolvers registered in code, by the name that configuration knows them by.
#[derive(Default)]
pub(crate) struct ResolverFactories(BTreeMap<String, Factory>);

impl ResolverFactories {
    pub(crate) fn insert<R, F>(&mut self, name: String, make: F)
    where
        R: SignInResolver,
        F: Fn(&Value) -> Result<R, String> + Send + Sync + 'static,
    {
        let factory: Factory = Box::new(move |options| Ok(Arc::new(make(options)?)));
        self.0.insert(name, factory);
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn make(&self, name: &str, options: &Value) -> Result<Arc<dyn SignInResolver>, StartError> {
        let key = || format!("signIn.resolvers, resolver {name}");
        let factory = self
            .0
            .get(name)
            .ok_or_else(|| StartError::setting(key(), "there is no resolver of this name"))?;
        factory(options).map_err(|problem| StartError::setting(key(), problem))
    }
}

/// The resolver that `settings` describe; `None` when there are none.
pub(crate) fn resolver_of(
    settings: &[Resolver],
    factories: &ResolverFactories,
) -> Result<Option<Arc<dyn SignInResolver>>, StartError> {
    let chain = resolver_chain(settings, factories)?;
    Ok(chain.map(|chain| Arc::new(chain) as Arc<dyn SignInResolver>))
}

/// The same as a chain.
pub(crate) fn resolver_chain(
    settings: &[Resolver],
    factories: &ResolverFactories,
) -> Result<Option<ResolverChain>, StartError> {
    let resolvers = settings
        .iter()
        .map(|settings| one(settings, factories))
        .collect::<Result<Vec<_>, _>>()?;
    Ok((!resolvers.is_empty()).then(|| ResolverChain::new(resolvers)))
}

fn one(
    settings: &Resolver,
    factories: &ResolverFactories,
) -> Result<Arc<dyn SignInResolver>, StartError> {
    Ok(match settings.clone() {
        Resolver::EmailMatchingUserEntityProfileEmail {
            allowed_domains,
            allow_without_catalog_user,
        } => Arc::new(EmailMatchingUserEntityProfileEmail {
            allowed_domains: AllowedDomains::new(allowed_domains),
            allow_without_catalog_user,
        }),
        Resolver::EmailLocalPartMatchingUserEntityName {
            allowed_domains,
            allow_without_catalog_user,
        } => Arc::new(EmailLocalPartMatchingUserEntityName {
            allowed_domains: AllowedDomains::new(allowed_domains),
            allow_without_catalog_user,
        }),
        Resolver::PreferredUsernameMatchingUserEntityName {
            allow_without_catalog_user,
        } => Arc::new(ClaimResolver::preferred_username(
            allow_without_catalog_user,
        )),
        Resolver::OidcSubClaimMatchingKeycloakUserId => Arc::new(ClaimResolver::keycloak_user_id()),
        Resolver::OidcSubClaimMatchingPingIdentityUserId => {
            Arc::new(ClaimResolver::ping_identity_user_id())
        }
        Resolver::ClaimMatchingUserEntityAnnotation {
            claim,
            annotation,
            allow_without_catalog_user,
        } => general(
            claim,
            ClaimTarget::Annotation(annotation),
            allow_without_catalog_user,
        ),
        Resolver::ClaimMatchingUserEntityName {
            claim,
            allow_without_catalog_user,
        } => general(claim, ClaimTarget::Name, allow_without_catalog_user),
        Resolver::ClaimMatchingUserEntityFilter {
            claim,
            filter,
            allow_without_catalog_user,
        } => general(
            claim,
            ClaimTarget::Field(filter),
            allow_without_catalog_user,
        ),
        Resolver::Custom { name, options } => factories.make(&name, &options)?,
    })
}

fn general(
    claim: ClaimPath,
    target: ClaimTarget,
    allow_without_catalog_user: bool,
) -> Arc<dyn SignInResolver> {
    Arc::new(ClaimResolver::general(
        claim,
        target,
        allow_without_catalog_user,
    ))
}

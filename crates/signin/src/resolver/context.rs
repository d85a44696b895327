//! What a resolver can ask for: Backstage's `AuthResolverContext`.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, OnceLock},
};

use stagedoor_catalog::{Catalog, Entity, EntityFilter};
use stagedoor_identity::{BackstageIdentity, EntityRef, UserClaims};

use super::ResolveError;
use crate::{tokens::TokenService, traces::TRACE};

/// How to look for a user in the catalog.
#[derive(Debug, Clone)]
pub enum CatalogUserQuery {
    /// By name.
    EntityRef(EntityRef),
    /// By annotations, all of which must fit.
    Annotations(BTreeMap<String, String>),
    /// By any fields.
    Filter(EntityFilter),
}

/// The catalog and the token issuer, as resolvers see them.
#[derive(Clone)]
pub struct ResolverContext {
    pub(super) catalog: Arc<dyn Catalog>,
    tokens: Arc<TokenService>,
    /// What whoever signs in owns through besides.
    also_owns: Arc<[EntityRef]>,
    /// Which resolver of a chain has decided.
    decided_by: Arc<OnceLock<String>>,
}

impl ResolverContext {
    /// A context over a catalog and a token service.
    #[must_use]
    pub fn new(catalog: Arc<dyn Catalog>, tokens: Arc<TokenService>) -> Self {
        Self {
            catalog,
            tokens,
            also_owns: Arc::default(),
            decided_by: Arc::default(),
        }
    }

    /// The same with another catalog.
    pub(super) fn with_catalog(&self, catalog: Arc<dyn Catalog>) -> Self {
        Self {
            catalog,
            ..self.clone()
        }
    }

    /// The same for someone who also owns through `refs`, whatever a resolver
    /// says.
    #[must_use]
    pub fn with_ownership(&self, refs: Vec<EntityRef>) -> Self {
        Self {
            also_owns: refs.into(),
            decided_by: Arc::default(),
            ..self.clone()
        }
    }

    /// Remembers which resolver has decided who this is, or that they may not
    /// sign in.
    pub(super) fn was_decided_by(&self, resolver: &str) {
        let _ = self.decided_by.set(resolver.to_owned());
    }

    /// Which resolver of a chain has decided.
    pub(crate) fn decided_by(&self) -> Option<&str> {
        self.decided_by.get().map(String::as_str)
    }

    /// What is wrong with the catalog at present, as far as is known.
    pub(crate) fn catalog_problem(&self) -> Option<String> {
        self.catalog.problem()
    }

    /// Issues a Backstage token with `claims`: whoever calls this decides who
    /// someone is.
    ///
    /// # Errors
    /// [`ResolveError::Token`].
    pub async fn issue_token(
        &self,
        mut claims: UserClaims,
    ) -> Result<BackstageIdentity, ResolveError> {
        if !self.also_owns.is_empty() {
            let known: HashSet<_> = claims.ent.iter().cloned().collect();
            let more = self.also_owns.iter().filter(|it| !known.contains(*it));
            claims.ent.extend(more.cloned());
        }
        Ok(self.tokens.issue_user_token(claims).await?)
    }

    /// The one user that `query` describes.
    ///
    /// # Errors
    /// [`ResolveError::UserNotFound`], [`ResolveError::SeveralUsers`],
    /// [`ResolveError::Catalog`].
    #[tracing::instrument(target = TRACE, level = "debug", name = "catalog.find_user", skip_all)]
    pub async fn find_catalog_user(
        &self,
        query: &CatalogUserQuery,
    ) -> Result<Entity, ResolveError> {
        let mut found = match query {
            CatalogUserQuery::EntityRef(entity_ref) => self
                .catalog
                .entity_by_ref(entity_ref)
                .await?
                .into_iter()
                .collect(),
            CatalogUserQuery::Annotations(annotations) => {
                let conditions = annotations
                    .iter()
                    .map(|(name, value)| (format!("metadata.annotations.{name}"), value.clone()));
                self.catalog
                    .entities_by_filter(&EntityFilter::all_of(conditions))
                    .await?
            }
            CatalogUserQuery::Filter(filter) => self.catalog.entities_by_filter(filter).await?,
        };
        match (found.pop(), found.is_empty()) {
            (Some(entity), true) => Ok(entity),
            (Some(_), false) => Err(ResolveError::SeveralUsers),
            (None, _) => Err(ResolveError::UserNotFound),
        }
    }

    /// Signs in the user that `query` finds, with their ownership. When there
    /// is none, `dangerous_fallback` is signed in all the same.
    ///
    /// # Errors
    /// As [`ResolverContext::find_catalog_user`] and [`ResolverContext::issue_token`].
    pub async fn sign_in_with_catalog_user(
        &self,
        query: &CatalogUserQuery,
        dangerous_fallback: Option<EntityRef>,
    ) -> Result<BackstageIdentity, ResolveError> {
        let claims = match (self.find_catalog_user(query).await, dangerous_fallback) {
            (Ok(entity), _) => UserClaims {
                sub: entity.entity_ref(),
                ent: self.resolve_ownership_entity_refs(&entity),
                extra: serde_json::Map::new(),
            },
            (Err(ResolveError::UserNotFound), Some(fallback)) => UserClaims {
                sub: fallback.clone(),
                ent: vec![fallback],
                extra: serde_json::Map::new(),
            },
            (Err(error), _) => return Err(error),
        };
        self.issue_token(claims).await
    }

    /// What a user owns through: themselves and the groups they are members of.
    #[must_use]
    pub fn resolve_ownership_entity_refs(&self, entity: &Entity) -> Vec<EntityRef> {
        let mut refs = vec![entity.entity_ref()];
        let groups = entity
            .relations
            .iter()
            .filter(|relation| {
                relation.kind == "memberOf" && relation.target_ref.starts_with("group:")
            })
            .filter_map(|relation| EntityRef::parse(&relation.target_ref).ok());
        for group in groups {
            if !refs.contains(&group) {
                refs.push(group);
            }
        }
        refs
    }
}

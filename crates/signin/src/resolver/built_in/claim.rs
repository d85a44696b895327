//! Resolvers that go by one claim: `preferredUsernameMatchingUserEntityName`,
//! `oidcSubClaimMatchingKeycloakUserId`,
//! `oidcSubClaimMatchingPingIdentityUserId`, and the general ones.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value;
use stagedoor_catalog::EntityFilter;
use stagedoor_claims::ClaimPath;
use stagedoor_identity::BackstageIdentity;

use super::user_named;
use crate::{
    authenticator::OidcResult,
    resolver::{CatalogUserQuery, ResolveError, ResolverContext, SignInInfo, SignInResolver},
};

/// What of a User entity the claim is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimTarget {
    /// Its name, in the default namespace.
    Name,
    /// This annotation.
    Annotation(String),
    /// This field, a dotted path such as `spec.profile.email`.
    Field(String),
}

/// Finds the user of whom a part equals a claim.
#[derive(Debug, Clone)]
pub struct ClaimResolver {
    name: &'static str,
    claim: ClaimPath,
    target: ClaimTarget,
    allow_without_catalog_user: bool,
}

impl ClaimResolver {
    /// `preferred_username` is the entity's name.
    #[must_use]
    pub fn preferred_username(allow_without_catalog_user: bool) -> Self {
        Self {
            name: "preferredUsernameMatchingUserEntityName",
            claim: ClaimPath::PREFERRED_USERNAME,
            target: ClaimTarget::Name,
            allow_without_catalog_user,
        }
    }

    /// `sub` is the annotation `keycloak.org/id`.
    #[must_use]
    pub fn keycloak_user_id() -> Self {
        Self::sub_in_annotation("oidcSubClaimMatchingKeycloakUserId", "keycloak.org/id")
    }

    /// `sub` is the annotation `pingidentity.org/id`.
    #[must_use]
    pub fn ping_identity_user_id() -> Self {
        Self::sub_in_annotation(
            "oidcSubClaimMatchingPingIdentityUserId",
            "pingidentity.org/id",
        )
    }

    fn sub_in_annotation(name: &'static str, annotation: &str) -> Self {
        Self {
            name,
            claim: ClaimPath::SUB,
            target: ClaimTarget::Annotation(annotation.to_owned()),
            allow_without_catalog_user: false,
        }
    }

    /// Any claim against anything of the entity.
    #[must_use]
    pub fn general(
        claim: ClaimPath,
        target: ClaimTarget,
        allow_without_catalog_user: bool,
    ) -> Self {
        let name = match target {
            ClaimTarget::Name => "claimMatchingUserEntityName",
            ClaimTarget::Annotation(_) => "claimMatchingUserEntityAnnotation",
            ClaimTarget::Field(_) => "claimMatchingUserEntityFilter",
        };
        Self {
            name,
            claim,
            target,
            allow_without_catalog_user,
        }
    }

    /// The claim's value; of an e-mail address only one that may be believed.
    fn value(&self, info: &SignInInfo) -> Result<String, ResolveError> {
        if self.claim == ClaimPath::EMAIL {
            return info.profile.email.clone().ok_or(ResolveError::EmailMissing);
        }
        claim_text(&info.result, &self.claim)
            .ok_or_else(|| ResolveError::ClaimMissing(self.claim.to_string()))
    }

    fn query(&self, value: &str) -> Result<CatalogUserQuery, ResolveError> {
        Ok(match &self.target {
            ClaimTarget::Name => CatalogUserQuery::EntityRef(user_named(value)?),
            ClaimTarget::Annotation(annotation) => {
                CatalogUserQuery::Annotations(BTreeMap::from([(
                    annotation.clone(),
                    value.to_owned(),
                )]))
            }
            ClaimTarget::Field(path) => {
                CatalogUserQuery::Filter(EntityFilter::all_of([(path.as_str(), value)]))
            }
        })
    }
}

#[async_trait]
impl SignInResolver for ClaimResolver {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn resolve(
        &self,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Result<BackstageIdentity, ResolveError> {
        let value = self.value(info)?;
        let query = self.query(&value)?;
        let fallback = self
            .allow_without_catalog_user
            .then(|| user_named(&value).ok())
            .flatten();
        context.sign_in_with_catalog_user(&query, fallback).await
    }
}

/// The claim as text, from userinfo or else from the ID token. An object, a
/// list or an empty text names nobody.
fn claim_text(result: &OidcResult, path: &ClaimPath) -> Option<String> {
    let from_id_token = || {
        result
            .tokenset
            .id_token
            .as_ref()
            .and_then(|token| path.find(token.claims().as_value()))
    };
    let text = match path
        .find(result.userinfo.as_value())
        .or_else(from_id_token)?
    {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use serde_json::{Value, json};
use stagedoor_ambient::{SystemClock, SystemEntropy};
use stagedoor_catalog::{Catalog, CatalogError, Entity, EntityFilter};
use stagedoor_identity::{EntityRef, SigningAlgorithm, UserTokenIssuer};

use super::*;
use crate::{
    resolver::{
        LookUp, Outcome, Question,
        built_in::{ClaimResolver, EmailMatchingUserEntityProfileEmail},
        sign_in_resolver,
    },
    tokens::{KeyRing, KeyRingSettings, KeySource, MemoryKeyStore, TokenService},
};

/// Knows `user:default/ada` only.
struct OnlyAda;

#[async_trait]
impl Catalog for OnlyAda {
    async fn entity_by_ref(&self, entity_ref: &EntityRef) -> Result<Option<Entity>, CatalogError> {
        Ok((entity_ref.as_str() == "user:default/ada").then(|| {
            serde_json::from_value(json!({"kind": "User", "metadata": {"name": "ada"}})).unwrap()
        }))
    }

    async fn entities_by_filter(&self, _: &EntityFilter) -> Result<Vec<Entity>, CatalogError> {
        Ok(Vec::new())
    }
}

struct NoUserInfo;

#[async_trait]
impl stagedoor_storage::UserInfoStore for NoUserInfo {
    async fn put_user_info(
        &self,
        _: &EntityRef,
        _: &Value,
        _: jiff::Timestamp,
    ) -> Result<(), stagedoor_storage::StorageError> {
        Ok(())
    }

    async fn user_info(
        &self,
        _: &EntityRef,
    ) -> Result<Option<Value>, stagedoor_storage::StorageError> {
        Ok(None)
    }
}

fn context() -> ResolverContext {
    let clock = Arc::new(SystemClock);
    let settings = KeyRingSettings {
        algorithm: SigningAlgorithm::default(),
        lifetime: SignedDuration::from_hours(1),
    };
    let keys = KeyRing::new(
        settings,
        KeySource::Rotating(Arc::new(MemoryKeyStore::default())),
        clock.clone(),
        Arc::new(SystemEntropy::default()),
    );
    let issuer = UserTokenIssuer {
        issuer: "https://backstage.example/api/auth".to_owned(),
        lifetime: settings.lifetime,
        omit_ownership_claim: true,
    };
    let tokens = TokenService::new(issuer, Arc::new(keys.unwrap()), Arc::new(NoUserInfo), clock);
    ResolverContext::new(Arc::new(OnlyAda), Arc::new(tokens))
}

fn chain() -> ResolverChain {
    ResolverChain::new(vec![
        Arc::new(EmailMatchingUserEntityProfileEmail::default()),
        Arc::new(ClaimResolver::preferred_username(false)),
        Arc::new(sign_in_resolver("last", async |_, _| {
            Err(ResolveError::NotFound("not here".to_owned()))
        })),
    ])
}

/// Names, short outcomes and the number of questions.
async fn explained(info: &SignInInfo) -> Vec<(String, String, usize)> {
    let attempts = chain().explain(info, &context()).await;
    let told = attempts.into_iter().map(|attempt| {
        let outcome = match attempt.outcome {
            Outcome::Resolved(identity) => identity.user_entity_ref.to_string(),
            Outcome::Passed(error) => format!("passed: {error}"),
            Outcome::Refused(error) => format!("refused: {error}"),
            Outcome::NotAsked => "not asked".to_owned(),
        };
        (attempt.resolver, outcome, attempt.look_ups.len())
    });
    told.collect()
}

fn told(resolver: &str, outcome: &str, look_ups: usize) -> (String, String, usize) {
    (resolver.to_owned(), outcome.to_owned(), look_ups)
}

const EMAIL: &str = "emailMatchingUserEntityProfileEmail";
const USERNAME: &str = "preferredUsernameMatchingUserEntityName";

#[tokio::test]
async fn who_passes_lets_the_next_decide_and_the_rest_is_not_asked() {
    let info = SignInInfo::of_claims(
        json!({"email": "a+b@e.com", "email_verified": true, "preferred_username": "Ada"}),
    );
    assert_eq!(
        explained(&info).await,
        [
            told(EMAIL, "passed: User not found", 2),
            told(USERNAME, "user:default/ada", 1),
            told("last", "not asked", 0),
        ]
    );
    let decided = chain().resolve(&info, &context()).await.unwrap();
    assert_eq!(decided.user_entity_ref.as_str(), "user:default/ada");
}

#[tokio::test]
async fn a_refusal_ends_it() {
    let info = SignInInfo::of_claims(json!({"email": "a@e.com", "preferred_username": "ada"}));
    let refusal = "refused: Login failed, user profile does not contain an email";
    assert_eq!(
        explained(&info).await,
        [
            told(EMAIL, refusal, 0),
            told(USERNAME, "not asked", 0),
            told("last", "not asked", 0),
        ]
    );
    let decided = chain().resolve(&info, &context()).await;
    assert!(matches!(decided, Err(ResolveError::EmailMissing)));
}

#[tokio::test]
async fn when_all_pass_nobody_is_resolved() {
    let info = SignInInfo::of_claims(
        json!({"email": "a@e.com", "email_verified": true, "preferred_username": "grace"}),
    );
    assert_eq!(
        explained(&info).await,
        [
            told(EMAIL, "passed: User not found", 2),
            told(USERNAME, "passed: User not found", 1),
            told("last", "passed: not here", 0),
        ]
    );
    let decided = chain().resolve(&info, &context()).await;
    assert!(matches!(decided, Err(ResolveError::NobodyResolved)));
}

#[tokio::test]
async fn questions_are_told_with_what_they_found() {
    let info = SignInInfo::of_claims(json!({"preferred_username": "ada"}));
    let chain = ResolverChain::new(vec![Arc::new(ClaimResolver::preferred_username(false))]);
    let attempts = chain.explain(&info, &context()).await;
    let ada = EntityRef::parse("user:default/ada").unwrap();
    assert_eq!(
        attempts[0].look_ups,
        [LookUp {
            question: Question::Ref(ada),
            found: Some(1),
        }]
    );
}

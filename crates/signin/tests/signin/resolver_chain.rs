//! Resolvers in a row: which errors let the next one try (contract §11).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use stagedoor_catalog::CatalogError;
use stagedoor_identity::{EntityRef, UserClaims};
use stagedoor_signin::{
    ErrorName, SignInError,
    resolver::{ResolveError, ResolverChain, SignInResolver, sign_in_resolver},
};

use crate::support::{Browser, House, Plan, info};

fn failing(error: impl Fn() -> ResolveError + Send + Sync + 'static) -> Arc<dyn SignInResolver> {
    Arc::new(sign_in_resolver("fails", move |_, _| {
        let error = error();
        async move { Err(error) }
    }))
}

/// Finds `user:default/found`, and counts how often it was asked.
fn finding(asked: &Arc<AtomicUsize>) -> Arc<dyn SignInResolver> {
    let asked = asked.clone();
    Arc::new(sign_in_resolver("finds", move |_, context| {
        asked.fetch_add(1, Ordering::Relaxed);
        async move {
            let user = EntityRef::new("user", "default", "found");
            context
                .issue_token(UserClaims::new(user.clone(), vec![user]))
                .await
        }
    }))
}

#[tokio::test]
async fn not_finding_lets_the_next_one_try() {
    let house = House::new().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let chain = ResolverChain::new(vec![
        failing(|| ResolveError::UserNotFound),
        failing(|| ResolveError::NotFound("nobody of that badge".to_owned())),
        finding(&asked),
        failing(|| ResolveError::SeveralUsers),
    ]);
    let found = chain.resolve(&info(json!({})), &house.context).await;
    assert_eq!(
        found.unwrap().user_entity_ref.as_str(),
        "user:default/found"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn any_other_error_ends_the_sign_in() {
    let house = House::new().await;
    let errors: [(fn() -> ResolveError, ErrorName); 6] = [
        (|| ResolveError::SeveralUsers, ErrorName::ConflictError),
        (
            || ResolveError::NotAllowed("no".to_owned()),
            ErrorName::NotAllowedError,
        ),
        (|| ResolveError::EmailMissing, ErrorName::Error),
        (
            || ResolveError::ClaimMissing("sub".to_owned()),
            ErrorName::Error,
        ),
        (
            || {
                let reason = "down".to_owned();
                ResolveError::Catalog(CatalogError::Unavailable { reason })
            },
            ErrorName::ServiceUnavailableError,
        ),
        (|| ResolveError::Other("oops".into()), ErrorName::Error),
    ];
    for (error, name) in errors {
        let asked = Arc::new(AtomicUsize::new(0));
        let chain = ResolverChain::new(vec![failing(error), finding(&asked)]);
        let outcome = chain.resolve(&info(json!({})), &house.context).await;
        let got = outcome.unwrap_err();
        assert_eq!(got.to_string(), error().to_string());
        assert_eq!(got.name(), name);
        assert_eq!(asked.load(Ordering::Relaxed), 0, "{got}");
    }
}

#[tokio::test]
async fn when_nobody_finds_anyone_the_operator_is_told_what_to_check() {
    let chain = ResolverChain::new(vec![failing(|| ResolveError::UserNotFound)]);
    let house = House::with(Plan {
        resolver: Some(Arc::new(chain)),
        ..Plan::default()
    })
    .await;
    let error = Browser::default()
        .sign_in(&house.sign_in)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        SignInError::Resolve(ResolveError::NobodyResolved)
    ));
    assert_eq!(error.code(), "nobody_resolved");
    assert_eq!(
        error.to_string(),
        "Failed to sign-in, unable to resolve user identity. Please verify that your catalog \
         contains the expected User entities that would match your configured sign-in resolver."
    );
    // A chain in a chain decides for good, as it does in Backstage.
    assert!(!ResolveError::NobodyResolved.lets_next_try());
}

#[tokio::test]
async fn a_function_is_given_the_profile_and_the_claims() {
    let resolver = sign_in_resolver("byDepartment", |info, context| async move {
        let id_token = info.result.tokenset.id_token.as_ref();
        let department = id_token.and_then(|token| token.claims().str("department"));
        let name = format!(
            "{}-{}",
            department.unwrap_or_default(),
            info.profile.display_name.as_deref().unwrap_or_default()
        );
        let user = EntityRef::try_new("user", "people", &name)
            .map_err(|error| ResolveError::NotAllowed(error.to_string()))?;
        context.issue_token(UserClaims::new(user, vec![])).await
    });
    assert_eq!(resolver.name(), "byDepartment");
    let house = House::with(Plan {
        resolver: Some(Arc::new(resolver)),
        ..Plan::default()
    })
    .await;
    let signed_in = Browser::default().sign_in(&house.sign_in).await.unwrap();
    assert_eq!(
        signed_in.session.user_entity_ref().unwrap(),
        "user:people/engines-ada lovelace"
    );
}

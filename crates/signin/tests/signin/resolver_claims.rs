//! The resolvers that go by one claim.

use serde_json::{Value, json};
use stagedoor_signin::claims::ClaimPath;
use stagedoor_signin::resolver::{
    ResolveError, SignInResolver,
    built_in::{ClaimResolver, ClaimTarget},
};

use crate::support::{House, info, info_with_id_token, user};

async fn resolve(
    house: &House,
    resolver: &ClaimResolver,
    userinfo: Value,
) -> Result<String, ResolveError> {
    let identity = resolver.resolve(&info(userinfo), &house.context).await?;
    Ok(identity.user_entity_ref.to_string())
}

fn annotated(house: &House, annotation: &str, value: &str) {
    let mut grace = user("grace", "grace@example.com");
    let annotations = &mut grace.metadata.annotations;
    annotations.insert(annotation.to_owned(), value.to_owned());
    house.catalog.has(grace);
}

fn annotation(claim: &str, allow_without_catalog_user: bool) -> ClaimResolver {
    ClaimResolver::general(
        claim.parse().unwrap(),
        ClaimTarget::Annotation("example.com/id".to_owned()),
        allow_without_catalog_user,
    )
}

#[tokio::test]
async fn the_preferred_username_is_the_name() {
    let house = House::new().await;
    let strict = ClaimResolver::preferred_username(false);
    assert_eq!(strict.name(), "preferredUsernameMatchingUserEntityName");
    let found = resolve(&house, &strict, json!({"preferred_username": "Ada"})).await;
    assert_eq!(found.unwrap(), "user:default/ada");
    let outcome = resolve(&house, &strict, json!({"preferred_username": "bob"})).await;
    assert!(matches!(outcome, Err(ResolveError::UserNotFound)));

    let allowing = ClaimResolver::preferred_username(true);
    let found = resolve(&house, &allowing, json!({"preferred_username": "bob"})).await;
    assert_eq!(found.unwrap(), "user:default/bob");
    for name in ["ops/admin", "group:default/admins", "user:ada", "a\nb"] {
        let outcome = resolve(&house, &allowing, json!({"preferred_username": name})).await;
        assert!(matches!(outcome, Err(ResolveError::UserNotFound)), "{name}");
    }
}

#[tokio::test]
async fn the_subject_is_an_annotation_of_keycloak_or_ping_identity() {
    for (resolver, name, annotation) in [
        (
            ClaimResolver::keycloak_user_id(),
            "oidcSubClaimMatchingKeycloakUserId",
            "keycloak.org/id",
        ),
        (
            ClaimResolver::ping_identity_user_id(),
            "oidcSubClaimMatchingPingIdentityUserId",
            "pingidentity.org/id",
        ),
    ] {
        assert_eq!(resolver.name(), name);
        let house = House::new().await;
        annotated(&house, annotation, "4711");
        let found = resolve(&house, &resolver, json!({"sub": "4711"})).await;
        assert_eq!(found.unwrap(), "user:default/grace");
        let outcome = resolve(&house, &resolver, json!({"sub": "ada"})).await;
        assert!(matches!(outcome, Err(ResolveError::UserNotFound)));
    }
}

#[tokio::test]
async fn any_claim_finds_any_annotation_name_or_field() {
    let house = House::new().await;
    annotated(&house, "example.com/id", "4711");
    let nested = json!({"person": {"number": 4711, "name": "Grace", "mail": "GRACE@example.com"}});
    for (claim, target, name) in [
        (
            "person.number",
            ClaimTarget::Annotation("example.com/id".to_owned()),
            "claimMatchingUserEntityAnnotation",
        ),
        (
            "person.name",
            ClaimTarget::Name,
            "claimMatchingUserEntityName",
        ),
        (
            "person.mail",
            ClaimTarget::Field("spec.profile.email".to_owned()),
            "claimMatchingUserEntityFilter",
        ),
    ] {
        let resolver = ClaimResolver::general(claim.parse().unwrap(), target, false);
        assert_eq!(resolver.name(), name);
        let found = resolve(&house, &resolver, nested.clone()).await;
        assert_eq!(found.unwrap(), "user:default/grace");
    }
}

#[tokio::test]
async fn userinfo_comes_before_the_id_token() {
    let house = House::new().await;
    annotated(&house, "example.com/id", "4711");
    let resolver = annotation("number", false);
    let find = async |userinfo, claims: Value| {
        let info = info_with_id_token(userinfo, &claims);
        let identity = resolver.resolve(&info, &house.context).await?;
        Ok::<_, ResolveError>(identity.user_entity_ref.to_string())
    };
    let found = find(json!({"sub": "1"}), json!({"sub": "1", "number": "4711"})).await;
    assert_eq!(found.unwrap(), "user:default/grace");
    let outcome = find(json!({"number": "1"}), json!({"number": "4711"})).await;
    assert!(matches!(outcome, Err(ResolveError::UserNotFound)));
}

#[tokio::test]
async fn a_claim_that_is_no_text_names_nobody_and_ends_the_sign_in() {
    let house = House::new().await;
    let resolver = annotation("number", true);
    for number in [
        json!(null),
        json!(""),
        json!(["4711"]),
        json!({}),
        json!(true),
    ] {
        let outcome = resolve(&house, &resolver, json!({"number": number})).await;
        let error = outcome.unwrap_err();
        assert!(matches!(error, ResolveError::ClaimMissing(_)), "{number}");
        assert!(!error.lets_next_try());
        assert_eq!(
            error.to_string(),
            "Login failed, the identity provider sent no usable 'number' claim"
        );
    }
}

#[tokio::test]
async fn several_users_with_one_annotation_are_a_conflict() {
    let house = House::new().await;
    annotated(&house, "example.com/id", "4711");
    annotated(&house, "example.com/id", "4711");
    let outcome = resolve(&house, &annotation("sub", true), json!({"sub": "4711"})).await;
    assert!(matches!(outcome, Err(ResolveError::SeveralUsers)));
}

/// Ids often hold a `:` or a `/`, which a name can't.
#[tokio::test]
async fn what_makes_no_name_is_looked_up_all_the_same() {
    let house = House::new().await;
    annotated(&house, "example.com/id", "https://id.example.com/grace");
    let resolver = annotation("sub", true);
    let sub = json!({"sub": "https://id.example.com/grace"});
    let found = resolve(&house, &resolver, sub).await;
    assert_eq!(found.unwrap(), "user:default/grace");
    let stranger = json!({"sub": "https://id.example.com/mallory"});
    let outcome = resolve(&house, &resolver, stranger).await;
    assert!(matches!(outcome, Err(ResolveError::UserNotFound)));
    let bob = resolve(&house, &resolver, json!({"sub": "Bob"})).await;
    assert_eq!(bob.unwrap(), "user:default/bob");
}

/// Else a resolver meant to be general would let people in with an address
/// they only claim to have.
#[tokio::test]
async fn an_e_mail_address_is_believed_only_as_the_profile_does() {
    let house = House::new().await;
    let resolver = ClaimResolver::general(
        ClaimPath::EMAIL,
        ClaimTarget::Field("spec.profile.email".to_owned()),
        false,
    );
    let claims = |verified: bool| json!({"email": "ada@example.com", "email_verified": verified});
    let found = resolve(&house, &resolver, claims(true)).await;
    assert_eq!(found.unwrap(), "user:default/ada");
    let outcome = resolve(&house, &resolver, claims(false)).await;
    assert!(matches!(outcome, Err(ResolveError::EmailMissing)));
}

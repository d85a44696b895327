//! Tokens: issued, verified, and remembered for `/v1/userinfo` (contract §9).

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use stagedoor_ambient::{Clock, SystemEntropy};
use stagedoor_identity::{
    EntityRef, SigningAlgorithm, UserClaims, UserTokenIssuer, UserTokenKind, limited_user_token,
};
use stagedoor_signin::tokens::{KeyRing, KeyRingSettings, KeySource, TokenError, TokenService};
use stagedoor_storage::{SigningKeyStore, UserInfoStore};

use crate::support::{House, ISSUER};

fn ada() -> EntityRef {
    EntityRef::new("user", "default", "ada")
}

fn claims(groups: &[&str]) -> UserClaims {
    let groups = groups.iter().map(|g| EntityRef::new("group", "default", g));
    UserClaims::new(ada(), std::iter::once(ada()).chain(groups).collect())
}

/// A node whose keys are in the database all share.
fn node(house: &House) -> TokenService {
    let lifetime = SignedDuration::from_hours(1);
    let settings = KeyRingSettings {
        algorithm: SigningAlgorithm::default(),
        lifetime,
    };
    let keys = KeyRing::new(
        settings,
        KeySource::Rotating(house.storage.clone()),
        house.clock.clone(),
        Arc::new(SystemEntropy::default()),
    );
    let issuer = UserTokenIssuer {
        issuer: ISSUER.to_owned(),
        lifetime,
        omit_ownership_claim: true,
    };
    let keys = Arc::new(keys.unwrap());
    TokenService::new(issuer, keys, house.storage.clone(), house.clock.clone())
}

#[tokio::test]
async fn a_token_speaks_for_its_user_until_it_expires() {
    let house = House::new().await;
    let tokens = node(&house);
    assert_eq!(tokens.lifetime(), SignedDuration::from_hours(1));
    let identity = tokens.issue_user_token(claims(&[])).await.unwrap();
    let token = identity.token.expose();
    let limited = limited_user_token(token).unwrap();
    for (token, kind) in [
        (token, UserTokenKind::User),
        (&limited, UserTokenKind::LimitedUser),
    ] {
        let verified = tokens.verify_user_token(token).await.unwrap();
        assert_eq!(verified.user_entity_ref, ada());
        assert_eq!(verified.token_kind, kind);
        let lasts = verified.expires_at.duration_since(house.clock.now());
        assert_eq!(lasts, SignedDuration::from_hours(1));
    }
    house.later(3_599);
    assert!(tokens.verify_user_token(token).await.is_ok());
    house.later(3_600);
    for token in [token, &limited] {
        let error = tokens.verify_user_token(token).await.unwrap_err();
        assert!(matches!(error, TokenError::Refused(_)));
        assert_eq!(error.to_string(), "Invalid token");
    }
}

/// At its very end a key signs tokens that last for a lifetime more.
#[tokio::test]
async fn every_token_verifies_for_its_whole_life() {
    let house = House::new().await;
    let tokens = node(&house);
    tokens.keys().current().await.unwrap();
    house.later(3_599);
    tokens.keys().announce_next().await.unwrap();
    let last = tokens.issue_user_token(claims(&[])).await.unwrap();
    house.later(3_599);
    let first_of_next = tokens.issue_user_token(claims(&[])).await.unwrap();
    let token = last.token.expose();
    assert!(tokens.verify_user_token(token).await.is_ok());
    house.later(3_599);
    let token = first_of_next.token.expose();
    assert!(tokens.verify_user_token(token).await.is_ok());
}

#[tokio::test]
async fn another_node_s_brand_new_token_verifies_at_once() {
    let house = House::new().await;
    let (here, there) = (node(&house), node(&house));
    here.keys().published().await.unwrap();
    let identity = there.issue_user_token(claims(&[])).await.unwrap();
    let token = identity.token.expose();
    let verified = here.verify_user_token(token).await.unwrap();
    assert_eq!(verified.user_entity_ref, ada());
}

/// Also when its signature was found good before.
#[tokio::test]
async fn a_token_is_refused_once_its_key_is_taken_away() {
    let house = House::new().await;
    let tokens = node(&house);
    let identity = tokens.issue_user_token(claims(&[])).await.unwrap();
    let token = identity.token.expose();
    let limited = limited_user_token(token).unwrap();
    for token in [token, &limited, token, &limited] {
        assert!(tokens.verify_user_token(token).await.is_ok());
    }
    let kid = tokens.keys().current().await.unwrap().kid().to_owned();
    house.storage.remove_keys(&[kid]).await.unwrap();
    house.later(1);
    for token in [token, &limited] {
        let outcome = tokens.verify_user_token(token).await;
        assert!(matches!(outcome, Err(TokenError::Refused(_))));
    }
}

#[tokio::test]
async fn a_stranger_s_token_is_refused() {
    let house = House::new().await;
    let elsewhere = House::new().await;
    let (ours, theirs) = (node(&house), node(&elsewhere));
    ours.issue_user_token(claims(&[])).await.unwrap();
    let identity = theirs.issue_user_token(claims(&[])).await.unwrap();
    let token = identity.token.expose();
    for token in [token, "", "a.b.c", &token[1..]] {
        let outcome = ours.verify_user_token(token).await;
        assert!(matches!(outcome, Err(TokenError::Refused(_))));
    }
}

#[tokio::test]
async fn tokens_verify_while_the_database_is_down() {
    let house = House::new().await;
    let tokens = node(&house);
    let identity = tokens.issue_user_token(claims(&[])).await.unwrap();
    house.storage.is_away(true);
    house.later(60);
    let token = identity.token.expose();
    assert!(tokens.verify_user_token(token).await.is_ok());
}

#[tokio::test]
async fn user_info_is_what_was_issued_last() {
    let house = House::new().await;
    let tokens = node(&house);
    assert_eq!(tokens.user_info(&ada()).await.unwrap(), None);
    let mut more = claims(&["engines"]);
    more.extra.insert("department".to_owned(), json!("engines"));
    more.extra
        .insert("sub".to_owned(), json!("user:default/mallory"));
    tokens.issue_user_token(more).await.unwrap();
    let expected = json!({"claims": {
        "sub": "user:default/ada",
        "ent": ["user:default/ada", "group:default/engines"],
        "department": "engines",
    }});
    let info = tokens.user_info(&ada()).await.unwrap();
    assert_eq!(info.as_deref(), Some(&expected));
}

#[tokio::test]
async fn user_info_is_written_when_it_changed() {
    let house = House::new().await;
    let tokens = node(&house);
    for _ in 0..5 {
        tokens.issue_user_token(claims(&["a"])).await.unwrap();
    }
    assert_eq!(house.storage.user_info_writes(), 1);
    tokens.issue_user_token(claims(&["a", "b"])).await.unwrap();
    tokens.issue_user_token(claims(&["a"])).await.unwrap();
    assert_eq!(house.storage.user_info_writes(), 3);
    let info = house.storage.user_info(&ada()).await.unwrap().unwrap();
    assert_eq!(
        info["claims"]["ent"],
        json!(["user:default/ada", "group:default/a"])
    );
}

/// A token without its user info would be one that `/v1/userinfo` denies.
#[tokio::test]
async fn no_token_without_its_user_info() {
    let house = House::new().await;
    let tokens = node(&house);
    tokens.keys().current().await.unwrap();
    house.storage.is_away(true);
    for _ in 0..2 {
        let outcome = tokens.issue_user_token(claims(&[])).await;
        assert!(matches!(outcome, Err(TokenError::Storage(_))));
    }
    house.storage.is_away(false);
    tokens.issue_user_token(claims(&[])).await.unwrap();
    assert!(tokens.user_info(&ada()).await.unwrap().is_some());
}

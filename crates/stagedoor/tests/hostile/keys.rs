//! Key sets that hold what they should not, and keys that change (Core
//! §10.1, RFC 7517, RFC 7518).

use std::time::Duration;

use serde_json::json;
use stagedoor_demo_idp::{
    Endpoint,
    hostile::{Forger, Jwt, Lie, keys, signature},
};

use crate::support::{Browser, House, Plan, accepted, forger, refused, refused_by, stranger};

const INVALID: &str = "id_token_signature_invalid";
const UNKNOWN: &str = "id_token_unknown_key";
const MALFORMED: &str = "jwks_malformed";

#[tokio::test]
async fn honest_token_without_kid() {
    accepted(signature::without_header("kid")).await;
}

#[tokio::test]
async fn honest_token_without_kid_among_several_keys() {
    let house = House::new().await;
    house.idp.control.rotate_keys().await.unwrap();
    house.lies(signature::without_header("kid"));
    house.lets_ada_in().await;
}

#[tokio::test]
async fn honest_keys_with_the_same_kid() {
    accepted(keys::each_twice(&forger())).await;
}

/// Core §10.1.1: the provider signs with a new key while someone is at its
/// pages.
#[tokio::test]
async fn honest_key_rotation_mid_flow() {
    let house = House::new().await;
    house.signed_in().await;
    let browser = Browser::new();
    let callback = browser.until_callback(&house, "oidc").await;
    house.idp.control.rotate_keys().await.unwrap();
    house.idp.control.retire_old_keys().await;
    let answer = browser.deliver(&house, &callback).await;
    House::is_a_session(&answer.message()["response"]);
}

#[tokio::test]
async fn honest_key_rotation_between_sign_ins() {
    let house = House::new().await;
    house.signed_in().await;
    house.idp.control.rotate_keys().await.unwrap();
    house.signed_in().await;
}

#[tokio::test]
async fn kid_unknown() {
    refused(signature::by_an_unpublished(forger()), UNKNOWN).await;
}

/// The name of a key is a name, whatever stands in it.
#[tokio::test]
async fn kid_that_is_a_path() {
    let lie = signature::with_header("kid", "../../../dev/null\u{1b}[2J\nlevel=INFO signed in");
    refused(lie, UNKNOWN).await;
}

#[tokio::test]
async fn no_kid_and_none_of_several_keys_fits() {
    let house = House::new().await;
    house.idp.control.rotate_keys().await.unwrap();
    let forger = forger();
    house.lies(Lie::new().signed_id_token(move |token| {
        let mut jwt = Jwt::read(token).unwrap();
        jwt.header.remove("kid");
        *token = forger.sign_as_it_is(jwt).unwrap();
    }));
    house.lets_nobody_in(INVALID).await;
}

#[tokio::test]
async fn same_kid_twice_and_neither_signed() {
    let lie = keys::each_twice(&forger());
    let stranger = stranger();
    let lie = lie.signed_id_token(move |token| {
        let jwt = Jwt::read(token).unwrap();
        *token = stranger.sign_as_it_is(jwt).unwrap();
    });
    refused(lie, INVALID).await;
}

/// The key that signed is one of a hundred of that name: a token does not make
/// us try them all.
#[tokio::test]
async fn same_kid_a_hundred_times() {
    let own = forger();
    let mut set = vec![keys::rsa_of(2048, Forger::KID); 99];
    set.push(own.jwk());
    let lie = keys::only(set).signed_id_token(move |token| {
        let jwt = Jwt::read(token).unwrap();
        *token = own.sign("RS256", jwt).unwrap();
    });
    refused(lie, INVALID).await;
}

#[tokio::test]
async fn more_keys_than_anyone_has() {
    let lie = keys::also(vec![keys::rsa_of(2048, "one of many"); 101]);
    refused(lie, MALFORMED).await;
}

/// The signature is right, but whoever reads the set could have made it.
#[tokio::test]
async fn private_key_published() {
    refused(keys::each_says("d", "AQAB"), UNKNOWN).await;
}

#[tokio::test]
async fn symmetric_key_published() {
    refused(keys::each_says("k", "AQAB"), UNKNOWN).await;
}

#[tokio::test]
async fn key_for_encryption() {
    refused(keys::each_says("use", "enc"), UNKNOWN).await;
}

#[tokio::test]
async fn key_for_other_operations() {
    refused(keys::each_says("key_ops", json!(["encrypt"])), UNKNOWN).await;
}

#[tokio::test]
async fn key_for_another_algorithm() {
    refused(keys::each_says("alg", "RS512"), UNKNOWN).await;
}

#[tokio::test]
async fn key_of_an_unknown_type() {
    refused(keys::each_says("kty", "AKP"), UNKNOWN).await;
}

/// 1024 bits can be factored by those with the money.
#[tokio::test]
async fn rsa_key_too_small() {
    let lie = keys::only(vec![keys::rsa_of(1024, Forger::KID)]);
    refused(named_forger(lie), UNKNOWN).await;
}

/// Each verification with it would take a second.
#[tokio::test]
async fn rsa_key_too_large() {
    let lie = keys::only(vec![keys::rsa_of(1 << 17, Forger::KID)]);
    refused(named_forger(lie), UNKNOWN).await;
}

#[tokio::test]
async fn rsa_exponent_of_one() {
    refused(signature::of_an_exponent_of_one(), UNKNOWN).await;
}

#[tokio::test]
async fn rsa_exponent_even() {
    refused(keys::each_says("e", "AQAA"), UNKNOWN).await;
}

#[tokio::test]
async fn rsa_exponent_too_long() {
    refused(keys::each_says("e", "AQAAAAAAAAAB"), UNKNOWN).await;
}

#[tokio::test]
async fn point_off_the_curve() {
    let own = Forger::p256().unwrap();
    let mut jwk = own.jwk();
    jwk["y"] = jwk["x"].clone();
    let lie = keys::only(vec![jwk]).signed_id_token(move |token| {
        let jwt = Jwt::read(token).unwrap();
        *token = own.sign("ES256", jwt).unwrap();
    });
    let plan = Plan::default().setting("tokenSignedResponseAlg: ES256");
    refused_by(plan, lie, UNKNOWN).await;
}

#[tokio::test]
async fn no_keys() {
    refused(keys::only(vec![]), UNKNOWN).await;
}

#[tokio::test]
async fn set_without_keys() {
    refused(keys::none(), MALFORMED).await;
}

#[tokio::test]
async fn keys_that_are_no_list() {
    refused(keys::set("keys", json!({"0": {}})), MALFORMED).await;
}

/// A key that leaked and was taken back signs nothing any more.
#[tokio::test]
async fn key_withdrawn() {
    let house = House::new().await;
    let leaked = forger();
    let (public, kid) = (leaked.jwk(), leaked.kid().to_owned());
    house.lies(keys::also(vec![public]));
    house.signed_in().await;
    house.lies(signature::by_an_unpublished(leaked));
    house.later(16 * 60);
    let before = house.idp.control.calls(Endpoint::Jwks);
    // Keys are renewed in the background, every quarter of an hour.
    let renewed = async {
        while house.idp.control.calls(Endpoint::Jwks) == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), renewed)
        .await
        .unwrap();
    let browser = Browser::new();
    let answer = browser.sign_in(&house).await;
    assert_eq!(answer.message()["error"]["code"], UNKNOWN, "{kid}");
    assert_eq!(house.log.reasons("sign_in_refused"), [UNKNOWN]);
    house.nothing_leaks(&answer);
    assert_eq!(house.sessions().await, 1, "only the first");
    house.has_no_session(&browser).await;
}

/// Signed under the forger's name by a key that does not fit it.
fn named_forger(lie: Lie) -> Lie {
    let stranger = stranger();
    lie.signed_id_token(move |token| {
        let jwt = Jwt::read(token).unwrap();
        *token = stranger.sign_as(Forger::KID, "RS256", jwt).unwrap();
    })
}

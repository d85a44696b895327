//! Userinfo that lies (Core §5.3).

use serde_json::{Value, json};
use stagedoor_demo_idp::hostile::{
    Forger, Jwt, Lie, SickServer, Sickness, discovery, keys, userinfo,
};

use crate::support::{ADA, House, Plan, accepted, forger, refused};

const SIGNED: &str = "userinfoSignedResponseAlg: RS256";
const JWT: &str = "application/jwt";

/// What is served in place of userinfo; the server must live as long as the test.
async fn served(content_type: &str, body: impl Into<String>) -> (SickServer, Lie) {
    let server = SickServer::start(Sickness::answers(200, content_type, body))
        .await
        .unwrap();
    let lie = discovery::says("userinfo_endpoint", server.url());
    (server, lie)
}

async fn refused_when_served(content_type: &str, body: impl Into<String>, code: &str) {
    let (_server, lie) = served(content_type, body).await;
    House::open(Plan::lying(lie))
        .await
        .lets_nobody_in(code)
        .await;
}

fn claims() -> Value {
    json!({"sub": ADA, "email": "ada.lovelace@example.com", "email_verified": true})
}

/// The claims, changed, as a JWT by `signer`, whose key may be published.
async fn signed(
    signer: &Forger,
    published: bool,
    change: impl Fn(&mut Value),
) -> (SickServer, House) {
    let mut claims = claims();
    change(&mut claims);
    let (Value::Object(claims), Value::Object(header)) = (claims, json!({"typ": "JWT"})) else {
        unreachable!()
    };
    let body = signer.sign("RS256", Jwt { header, claims }).unwrap();
    let (server, _) = served(JWT, body).await;
    let url = server.url().to_owned();
    let lie = match published {
        true => keys::publish(signer),
        false => Lie::new(),
    };
    let lie = lie.discovery(move |document| {
        document.insert("userinfo_endpoint".into(), json!(url));
    });
    (server, House::open(Plan::lying(lie).setting(SIGNED)).await)
}

#[tokio::test]
async fn honest_userinfo() {
    let (_server, lie) = served("application/json", claims().to_string()).await;
    House::open(Plan::lying(lie)).await.lets_ada_in().await;
}

#[tokio::test]
async fn honest_signed_userinfo() {
    let (_server, house) = signed(&forger(), true, |_| {}).await;
    house.lets_ada_in().await;
}

/// Core §5.6.2: what is said to be elsewhere is not fetched from there.
#[tokio::test]
async fn honest_distributed_claims_are_not_fetched() {
    let bait = SickServer::start(Sickness::Silence).await.unwrap();
    let url = bait.url().to_owned();
    let lie = Lie::new().userinfo(move |claims| {
        claims.insert("_claim_names".into(), json!({"groups": "src1"}));
        claims.insert("_claim_sources".into(), json!({"src1": {"endpoint": url}}));
    });
    accepted(lie).await;
    assert_eq!(bait.asked(), 0);
}

#[tokio::test]
async fn sub_of_someone_else() {
    refused(
        userinfo::says("sub", "grace-1906"),
        "userinfo_subject_mismatch",
    )
    .await;
}

#[tokio::test]
async fn sub_missing() {
    refused(userinfo::lacks("sub"), "userinfo_claim_missing").await;
}

#[tokio::test]
async fn sub_in_another_case() {
    refused(
        userinfo::says("sub", "ADA-1815"),
        "userinfo_subject_mismatch",
    )
    .await;
}

#[tokio::test]
async fn sub_that_is_a_list() {
    refused(
        userinfo::says("sub", json!([ADA])),
        "userinfo_claim_malformed",
    )
    .await;
}

/// An address that the provider has not verified, by a truth that is none.
#[tokio::test]
async fn email_verified_that_is_a_text() {
    refused(userinfo::says("email_verified", "true"), "email_missing").await;
}

#[tokio::test]
async fn email_not_verified() {
    refused(userinfo::says("email_verified", false), "email_missing").await;
}

/// The ID token's verification says nothing about another address.
#[tokio::test]
async fn email_of_someone_else_not_verified() {
    let lie = Lie::new().userinfo(|claims| {
        claims.insert("email".into(), json!("grace.hopper@example.com"));
        claims.shift_remove("email_verified");
    });
    let house = House::open(Plan::default().setting("claimsFrom: both")).await;
    house.lies(lie);
    house.lets_nobody_in("email_missing").await;
}

#[tokio::test]
async fn claims_that_are_a_list() {
    refused_when_served(
        "application/json",
        json!([claims()]).to_string(),
        "userinfo_malformed",
    )
    .await;
}

#[tokio::test]
async fn signed_though_not_agreed_on() {
    refused_when_served(JWT, "a.b.c", "userinfo_signed").await;
}

#[tokio::test]
async fn plain_though_signed_was_agreed_on() {
    let house = House::open(Plan::default().setting(SIGNED)).await;
    house.lets_nobody_in("userinfo_not_signed").await;
}

#[tokio::test]
async fn signed_by_an_unpublished_key() {
    let (_server, house) = signed(&forger(), false, |_| {}).await;
    house.lets_nobody_in("userinfo_unknown_key").await;
}

#[tokio::test]
async fn signed_for_another_client() {
    let (_server, house) = signed(&forger(), true, |it| it["aud"] = json!("another")).await;
    house.lets_nobody_in("userinfo_audience_mismatch").await;
}

#[tokio::test]
async fn signed_by_another_issuer() {
    let (_server, house) = signed(&forger(), true, |it| {
        it["iss"] = json!("https://evil.example")
    })
    .await;
    house.lets_nobody_in("userinfo_issuer_mismatch").await;
}

#[tokio::test]
async fn signed_about_someone_else() {
    let (_server, house) = signed(&forger(), true, |it| it["sub"] = json!("grace-1906")).await;
    house.lets_nobody_in("userinfo_subject_mismatch").await;
}

#[tokio::test]
async fn signed_long_ago() {
    let (_server, house) = signed(&forger(), true, |it| it["exp"] = json!(1_000_000_000)).await;
    house.lets_nobody_in("userinfo_expired").await;
}

#[tokio::test]
async fn access_token_refused() {
    let server = Sickness::answers(401, "application/json", "{}");
    let server = SickServer::start(server).await.unwrap();
    let lie = discovery::says("userinfo_endpoint", server.url());
    House::open(Plan::lying(lie))
        .await
        .lets_nobody_in("userinfo_refused")
        .await;
}

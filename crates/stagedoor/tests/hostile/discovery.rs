//! Discovery documents that lie (Discovery §3, §4.3).

use serde_json::json;
use stagedoor_demo_idp::{
    Endpoint,
    hostile::{Lie, SickServer, Sickness, discovery, signature},
};

use crate::support::{Browser, House, Plan};

const INCOMPLETE: &str = "discovery_incomplete";
const MALFORMED: &str = "discovery_malformed";
const MISMATCH: &str = "discovery_issuer_mismatch";
const INSECURE: &str = "discovery_insecure_endpoint";

/// With this lie from the start, nobody gets as far as the provider.
async fn refused(lie: Lie, code: &str) {
    House::open(Plan::lying(lie))
        .await
        .lets_nobody_in(code)
        .await;
}

async fn refused_when_served(content_type: &str, body: &str, code: &str) {
    let server = Sickness::answers(200, content_type, body);
    let server = SickServer::start(server).await.unwrap();
    let plan = Plan {
        metadata_url: Some(server.url().to_owned()),
        ..Plan::default()
    };
    House::open(plan).await.lets_nobody_in(code).await;
}

#[tokio::test]
async fn honest_discovery() {
    House::open(Plan::lying(discovery::lacks("claims_supported")))
        .await
        .lets_ada_in()
        .await;
}

#[tokio::test]
async fn issuer_of_another() {
    refused(discovery::says("issuer", "https://evil.example"), MISMATCH).await;
}

#[tokio::test]
async fn issuer_below_the_one_asked() {
    let house = House::new().await;
    let below = format!("{}/tenant", house.idp.issuer);
    drop(house);
    refused(discovery::says("issuer", below), MISMATCH).await;
}

#[tokio::test]
async fn issuer_missing() {
    refused(discovery::lacks("issuer"), INCOMPLETE).await;
}

#[tokio::test]
async fn issuer_that_is_a_list() {
    refused(
        discovery::says("issuer", json!(["https://evil.example"])),
        INCOMPLETE,
    )
    .await;
}

#[tokio::test]
async fn authorization_endpoint_missing() {
    refused(discovery::lacks("authorization_endpoint"), INCOMPLETE).await;
}

#[tokio::test]
async fn token_endpoint_missing() {
    refused(discovery::lacks("token_endpoint"), INCOMPLETE).await;
}

#[tokio::test]
async fn jwks_uri_missing() {
    refused(discovery::lacks("jwks_uri"), INCOMPLETE).await;
}

#[tokio::test]
async fn endpoint_that_is_a_script() {
    let lie = discovery::says("authorization_endpoint", "javascript:alert(1)");
    refused(lie, INSECURE).await;
}

#[tokio::test]
async fn endpoint_that_is_a_file() {
    refused(discovery::says("jwks_uri", "file:///etc/passwd"), INSECURE).await;
}

#[tokio::test]
async fn endpoint_with_a_password() {
    let lie = discovery::says("token_endpoint", "http://user:hunter22@127.0.0.1:1/token");
    refused(lie, MALFORMED).await;
}

#[tokio::test]
async fn endpoint_with_a_fragment() {
    let lie = discovery::says("authorization_endpoint", "http://127.0.0.1:1/a#b");
    refused(lie, MALFORMED).await;
}

#[tokio::test]
async fn endpoint_that_is_no_url() {
    refused(discovery::says("token_endpoint", "/token"), MALFORMED).await;
}

#[tokio::test]
async fn document_that_is_a_list() {
    refused_when_served("application/json", "[]", MALFORMED).await;
}

#[tokio::test]
async fn document_that_is_a_page() {
    refused_when_served("text/html", "<h1>Welcome</h1>", "provider_unavailable").await;
}

/// What a provider says that it signs with changes nothing about what was
/// agreed on.
#[tokio::test]
async fn alg_none_announced() {
    let lie = signature::unsigned("none").discovery(|document| {
        let algorithms = json!(["none", "HS256"]);
        document.insert("id_token_signing_alg_values_supported".into(), algorithms);
    });
    refused(lie, "id_token_algorithm_not_allowed").await;
}

/// A provider that knows only `plain` PKCE is sent S256 all the same; this one
/// then takes no code that it did not see the verifier of.
#[tokio::test]
async fn honest_pkce_is_never_plain() {
    let lie = discovery::says("code_challenge_methods_supported", json!(["plain"]));
    let house = House::open(Plan::lying(lie)).await;
    let started = Browser::new().start(&house, "oidc").await.location.unwrap();
    let method = started
        .query_pairs()
        .find(|(name, _)| name == "code_challenge_method");
    assert_eq!(method.unwrap().1, "S256");
    house.lets_ada_in().await;
}

/// Metadata is fetched anew once an hour: a document that no longer holds is
/// not used, and the good one goes on.
#[tokio::test]
async fn issuer_changed_later() {
    let house = House::new().await;
    house.signed_in().await;
    let bait = SickServer::start(Sickness::Silence).await.unwrap();
    let url = bait.url().to_owned();
    house.lies(Lie::new().discovery(move |document| {
        document.insert("issuer".into(), json!("https://evil.example"));
        document.insert("token_endpoint".into(), json!(url));
    }));
    house.later(2 * 3_600);
    let before = house.idp.control.calls(Endpoint::Discovery);
    house.signed_in().await;
    let noticed = async {
        while !house.log.codes().iter().any(|code| code == MISMATCH) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), noticed)
        .await
        .unwrap();
    assert!(house.idp.control.calls(Endpoint::Discovery) > before);
    house.signed_in().await;
    assert_eq!(bait.asked(), 0, "no code went there");
}

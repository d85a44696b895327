//! TLS that is not the provider's (Core §16.17, RFC 9525).

use stagedoor_demo_idp::hostile::{Lie, SickServer, Sickness, discovery};

use crate::support::{Authority, Browser, House, Plan, TlsFront, Validity};

const AWAY: &str = "provider_unavailable";

/// A house that trusts `trusted`, and whose provider's token endpoint shows a
/// certificate of `by` for `name`.
async fn house(
    trusted: Authority,
    by: &Authority,
    name: &str,
    validity: Validity,
) -> (House, TlsFront) {
    let front = TlsFront::start(by, name, validity).await;
    let plan = Plan {
        authority: Some(trusted),
        ..Plan::lying(discovery::says(
            "token_endpoint",
            format!("{}/token", front.origin()),
        ))
    };
    let house = House::open(plan).await;
    front.leads_to(house.idp.address);
    (house, front)
}

/// A house whose provider speaks TLS only.
async fn behind_tls(lie: Lie) -> (House, String) {
    let authority = Authority::new("trusted");
    let pem = authority.pem();
    let front = TlsFront::start(&authority, "localhost", Validity::Now).await;
    let plan = Plan {
        front: Some(front),
        authority: Some(authority),
        ..Plan::lying(lie)
    };
    (House::open(plan).await, pem)
}

#[tokio::test]
async fn honest_tls() {
    let authority = Authority::new("trusted");
    let by = authority.clone();
    let (house, _front) = house(authority, &by, "localhost", Validity::Now).await;
    house.lets_ada_in().await;
}

#[tokio::test]
async fn honest_provider_behind_tls() {
    let (house, pem) = behind_tls(Lie::new()).await;
    let answer = Browser::trusting(Some(&pem)).sign_in(&house).await;
    House::is_a_session(&answer.message()["response"]);
}

#[tokio::test]
async fn certificate_of_another_host() {
    let authority = Authority::new("trusted");
    let by = authority.clone();
    let (house, _front) = house(authority, &by, "other.example", Validity::Now).await;
    house.lets_nobody_in(AWAY).await;
    house.log_says("certificate not valid for name");
}

#[tokio::test]
async fn certificate_of_an_unknown_authority() {
    let stranger = Authority::new("stranger");
    let (house, _front) = house(
        Authority::new("trusted"),
        &stranger,
        "localhost",
        Validity::Now,
    )
    .await;
    house.lets_nobody_in(AWAY).await;
    house.log_says("UnknownIssuer");
}

/// By its name it is trusted, by its key it is not.
#[tokio::test]
async fn certificate_of_an_authority_of_the_same_name() {
    let stranger = Authority::new("trusted");
    let (house, _front) = house(
        Authority::new("trusted"),
        &stranger,
        "localhost",
        Validity::Now,
    )
    .await;
    house.lets_nobody_in(AWAY).await;
    house.log_says("invalid peer certificate");
}

#[tokio::test]
async fn certificate_expired() {
    let authority = Authority::new("trusted");
    let by = authority.clone();
    let (house, _front) = house(authority, &by, "localhost", Validity::Over).await;
    house.lets_nobody_in(AWAY).await;
    house.log_says("certificate expired");
}

#[tokio::test]
async fn no_tls_where_there_should_be() {
    let server = SickServer::start(Sickness::NoHttp).await.unwrap();
    let lie = discovery::says("token_endpoint", server.url().replace("http:", "https:"));
    House::open(Plan::lying(lie))
        .await
        .lets_nobody_in(AWAY)
        .await;
}

/// Secrets would travel in the clear from here on.
#[tokio::test]
async fn endpoint_without_tls_behind_tls() {
    let lie = discovery::says("token_endpoint", "http://id.example/token");
    let (house, _) = behind_tls(lie).await;
    house.lets_nobody_in("discovery_insecure_endpoint").await;
}

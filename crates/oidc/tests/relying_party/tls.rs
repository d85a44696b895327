//! Whom we believe that we talk to: certificate authorities, over real TLS.

use stagedoor_oidc::{HttpClient, HttpSettings, SigningAlg};

use crate::support::{Authority, Certified, Client, TestKey, TestProvider};

const ALG: SigningAlg = SigningAlg::ES256;

fn trusting(authorities: &[&Authority]) -> HttpClient {
    let pem: String = authorities.iter().map(|it| it.pem()).collect();
    HttpClient::new(HttpSettings {
        extra_ca_pems: vec![pem.into_bytes()],
        system_proxy: false,
        ..HttpSettings::default()
    })
    .unwrap()
}

async fn client_of(server: &Certified, http: HttpClient) -> Client {
    let key = TestKey::new(ALG, "k1");
    let (provider, _) = TestProvider::start_with_tls(key, server.serving(None)).await;
    Client::of(provider, ALG, http, |_| {})
}

#[tokio::test]
async fn an_additional_authority_is_trusted() {
    let (ours, another) = (Authority::new(), Authority::new());
    let http = trusting(&[&another, &ours]);
    let client = client_of(&ours.server("localhost"), http).await;
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn an_authority_nobody_added_is_not() {
    let (ours, another) = (Authority::new(), Authority::new());
    let client = client_of(&ours.server("localhost"), trusting(&[&another])).await;
    let error = client.party.metadata().await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_certificate_of_another_host_is_refused() {
    let ours = Authority::new();
    let client = client_of(&ours.server("id.example"), trusting(&[&ours])).await;
    let error = client.party.metadata().await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn nothing_but_the_systems_authorities_is_trusted_unless_added() {
    let ours = Authority::new();
    let http = HttpClient::new(HttpSettings {
        system_proxy: false,
        ..HttpSettings::default()
    });
    let client = client_of(&ours.server("localhost"), http.unwrap()).await;
    let error = client.party.metadata().await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

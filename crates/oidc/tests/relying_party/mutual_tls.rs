//! Proving the client by its certificate (RFC 8705), over real TLS.

use serde_json::json;
use stagedoor_oidc::{
    AccessToken, ClientAuthMethod, HttpClient, HttpSettings, HttpSetupError, SigningAlg,
};

use crate::support::{
    Authority, CLIENT_ID, Certified, Client, Endpoint, Presented, SUBJECT, TestKey, TestProvider,
    refused,
};

const ALG: SigningAlg = SigningAlg::ES256;

fn http(authority: &Authority) -> HttpClient {
    HttpClient::new(HttpSettings {
        extra_ca_pems: vec![authority.pem().into_bytes()],
        system_proxy: false,
        ..HttpSettings::default()
    })
    .unwrap()
}

fn with_certificate(authority: &Authority, own: &Certified) -> HttpClient {
    let key = own.key.clone().into();
    http(authority)
        .with_certificate(&own.certificate, &key)
        .unwrap()
}

async fn client(
    authority: &Authority,
    http: HttpClient,
    method: ClientAuthMethod,
) -> (Client, Presented) {
    let tls = authority.server("localhost").serving(Some(authority));
    let (provider, presented) = TestProvider::start_with_tls(TestKey::new(ALG, "k1"), tls).await;
    let client = Client::of(provider, ALG, http, |settings| {
        settings.client_secret = None;
        settings.auth_method = method;
    });
    (client, presented)
}

#[tokio::test]
async fn the_connection_shows_the_certificate_and_the_body_the_client() {
    for method in [
        ClientAuthMethod::TlsClientAuth,
        ClientAuthMethod::SelfSignedTlsClientAuth,
    ] {
        let authority = Authority::new();
        let own = authority.client("stagedoor.example");
        let (client, presented) =
            client(&authority, with_certificate(&authority, &own), method).await;
        client.sign_in().await.unwrap();
        let presented = presented.lock().unwrap().clone();
        assert!(!presented.is_empty());
        assert!(presented.iter().all(|it| *it == Some(own.der())));
        let asked = client.provider.asked(Endpoint::Token);
        assert_eq!(asked.form["client_id"], CLIENT_ID);
        assert_eq!(asked.authorization, None);
        assert!(!asked.form.contains_key("client_assertion"));
    }
}

#[tokio::test]
async fn without_a_certificate_nothing_is_sent() {
    let authority = Authority::new();
    let (client, _) = client(
        &authority,
        http(&authority),
        ClientAuthMethod::TlsClientAuth,
    )
    .await;
    assert_eq!(refused(client.sign_in().await), "client_misconfigured");
    assert_eq!(client.provider.count(Endpoint::Token), 0);
}

#[tokio::test]
async fn no_other_client_shows_it() {
    let authority = Authority::new();
    let own = authority.client("stagedoor.example");
    let shared = http(&authority);
    let key = own.key.clone().into();
    let with = shared.with_certificate(&own.certificate, &key).unwrap();
    assert!(with.has_certificate() && !shared.has_certificate());
    let (client, presented) = client(&authority, shared, ClientAuthMethod::None).await;
    client.sign_in().await.unwrap();
    assert!(presented.lock().unwrap().iter().all(Option::is_none));
}

#[tokio::test]
async fn endpoints_of_their_own_for_certificates_are_used() {
    let authority = Authority::new();
    let own = authority.client("stagedoor.example");
    let method = ClientAuthMethod::TlsClientAuth;
    let (client, _) = client(&authority, with_certificate(&authority, &own), method).await;
    let issuer = client.provider.issuer.to_string();
    client.provider.discovery(move |doc| {
        let aliases = doc.clone();
        for endpoint in ["token_endpoint", "userinfo_endpoint", "revocation_endpoint"] {
            doc[endpoint] = json!(format!("{issuer}/nowhere"));
        }
        doc["mtls_endpoint_aliases"] = aliases;
        doc["mtls_endpoint_aliases"]["authorization_endpoint"] = json!("https://x.example");
    });
    client.sign_in().await.unwrap();
    let token = AccessToken::new("access-1");
    client.party.userinfo(&token, SUBJECT).await.unwrap();
    let request = client.start().await;
    assert_eq!(request.url.host_str(), Some("localhost"));
}

#[tokio::test]
async fn they_are_for_certificates_only() {
    let client = Client::new().await;
    client.provider.discovery(|doc| {
        doc["mtls_endpoint_aliases"] = json!({"token_endpoint": "https://mtls.example/token"});
    });
    client.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_certificate_and_a_key_that_are_not_one_pair_are_refused() {
    let authority = Authority::new();
    let (one, two) = (authority.client("one"), authority.client("two"));
    let http = http(&authority);
    for (certificate, key) in [
        (one.certificate.as_str(), two.key.as_str()),
        (&one.certificate, ""),
        ("", &one.key),
        ("junk", "junk"),
    ] {
        let outcome = http.with_certificate(certificate, &key.into());
        let error = outcome.unwrap_err();
        assert!(matches!(error, HttpSetupError::BadIdentity(_)), "{error}");
        assert!(!error.to_string().contains("BEGIN"));
    }
}

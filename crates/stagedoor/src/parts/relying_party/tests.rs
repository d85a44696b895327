use std::sync::{Arc, LazyLock};

use rcgen::{CertificateParams, KeyPair};
use rstest::rstest;
use stagedoor_ambient::{SystemClock, SystemEntropy};
use stagedoor_config::{Environment, Known, load_str};
use stagedoor_oidc::{ClientAuthMethod, HttpSettings, ResponseMode};

use super::*;

/// A certificate and its key.
static PAIR: LazyLock<(String, String)> = LazyLock::new(|| {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["stagedoor.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
});
const DAMAGED_KEY: &str = "-----BEGIN PRIVATE KEY-----
bm90IGEga2V5
-----END PRIVATE KEY-----";

fn environment(extra: &str) -> ProviderEnvironment {
    let yaml = format!(
        "
app: {{baseUrl: 'http://localhost:3000'}}
backend: {{baseUrl: 'http://localhost:7007', database: {{client: better-sqlite3, connection: ':memory:'}}}}
auth:
  providers:
    keycloak:
      development:
        clientId: backstage
        clientSecret: hunter2
        metadataUrl: https://sso.example.com/realms/main
{extra}
"
    );
    let env: Environment = [
        ("KEY", PAIR.1.as_str()),
        ("DAMAGED_KEY", DAMAGED_KEY),
        ("CERTIFICATE", &PAIR.0),
    ]
    .into_iter()
    .collect();
    let mut auth = load_str(&yaml, &env, &Known::default())
        .unwrap()
        .settings
        .auth;
    auth.providers.remove(0).environments.remove(0).1
}

fn client(extra: &str) -> Result<RelyingParty, StartError> {
    let setup = AuthenticatorSetup {
        callback_url: "http://localhost:7007/api/auth/keycloak/handler/frame"
            .parse()
            .unwrap(),
        http: HttpClient::new(HttpSettings::default()).unwrap(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::default()),
    };
    relying_party(&environment(extra), &setup)
}

fn refusal(extra: &str) -> String {
    client(extra).unwrap_err().to_string()
}

#[test]
fn what_is_not_set_is_backstages() {
    let client = client("").unwrap();
    let settings = client.settings();
    assert_eq!(settings.auth_method, ClientAuthMethod::ClientSecretBasic);
    assert_eq!(settings.id_token_alg, SigningAlg::RS256);
    assert!(settings.issuer.is_none() && settings.userinfo_signed_alg.is_none());
    assert!(settings.assertion.key.is_none() && settings.assertion.alg.is_none());
    assert!(settings.authorization.max_age.is_none() && !settings.authorization.pushed);
    assert_eq!(
        oidc_options(&environment("")).claims_from,
        ClaimsFrom::Userinfo
    );
}

#[test]
fn everything_gets_to_the_client() {
    let extra = "
        issuer: https://sso.example.com/other
        tokenEndpointAuthMethod: private_key_jwt
        tokenSignedResponseAlg: ES512
        userinfoSignedResponseAlg: PS384
        claimsFrom: both
        clientAssertion: {key: '${KEY}', keyId: k1, algorithm: ES256, audience: tokenEndpoint}
        responseMode: form_post
        pushedAuthorizationRequests: true
        acrValues: phr mfa
        acrEssential: true
        maxAge: 1h
        loginHint: ada
        uiLocales: de en
";
    let client = client(extra).unwrap();
    let settings = client.settings();
    assert_eq!(
        settings.issuer.as_deref(),
        Some("https://sso.example.com/other")
    );
    assert_eq!(settings.auth_method, ClientAuthMethod::PrivateKeyJwt);
    assert_eq!(settings.id_token_alg, SigningAlg::ES512);
    assert_eq!(settings.userinfo_signed_alg, Some(SigningAlg::PS384));
    let assertion = &settings.assertion;
    assert_eq!(assertion.key.as_ref().unwrap().key_id(), Some("k1"));
    assert_eq!(assertion.alg, Some(SigningAlg::ES256));
    assert_eq!(assertion.audience, AssertionAudience::TokenEndpoint);
    let request = &settings.authorization;
    assert_eq!(request.response_mode, ResponseMode::FormPost);
    assert!(request.pushed && request.acr_essential);
    assert_eq!(request.acr_values, ["phr", "mfa"]);
    assert_eq!(request.max_age, Some(Duration::from_secs(3600)));
    assert_eq!(request.login_hint.as_deref(), Some("ada"));
    assert_eq!(request.ui_locales, ["de", "en"]);
    assert_eq!(
        oidc_options(&environment(extra)).claims_from,
        ClaimsFrom::Both
    );
}

#[rstest]
#[case("client_secret_jwt")]
#[case("private_key_jwt")]
#[case("tls_client_auth")]
#[case("self_signed_tls_client_auth")]
#[case("none")]
fn every_method_that_backstage_takes_is_taken(#[case] method: &str) {
    let client = client(&format!("        tokenEndpointAuthMethod: {method}")).unwrap();
    assert_eq!(client.settings().auth_method.as_str(), method);
}

#[test]
fn a_certificate_is_shown() {
    client(
        "
        tokenEndpointAuthMethod: tls_client_auth
        clientCertificate: {cert: '${CERTIFICATE}', key: '${KEY}'}
",
    )
    .unwrap();
}

#[rstest]
#[case("clientAssertion: {key: '${DAMAGED_KEY}'}", "clientAssertion.key: ")]
#[case(
    "clientAssertion: {key: '${KEY}', algorithm: RS256}",
    "clientAssertion.algorithm: "
)]
#[case(
    "clientCertificate: {cert: '${CERTIFICATE}', key: '${DAMAGED_KEY}'}",
    "clientCertificate: "
)]
fn a_key_that_cannot_be_used_is_told_with_its_place(#[case] extra: &str, #[case] key: &str) {
    let told = refusal(&format!("        {extra}"));
    assert!(told.starts_with(key), "{told}");
    assert!(!told.contains("bm90IGEga2V5"), "{told}");
}

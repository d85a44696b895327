//! What providers ask of a client: the keys that are ours.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{load, provider, refusal, with_provider};
use jiff::SignedDuration;
use rstest::rstest;
use secrecy::ExposeSecret;
use stagedoor_config::*;

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";

fn environment() -> Environment {
    [("KEY", KEY), ("CERTIFICATE", CERTIFICATE)]
        .into_iter()
        .collect()
}

fn provider_with_keys(extra: &str) -> ProviderEnvironment {
    let yaml = with_provider(extra);
    let loaded = load_str(&yaml, &environment(), &Known::default()).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let mut auth = loaded.settings.auth;
    auth.providers.remove(0).environments.remove(0).1
}

fn warnings(extra: &str) -> String {
    let loaded = load(&with_provider(extra)).unwrap();
    let lines: Vec<_> = loaded.warnings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn error(extra: &str) -> String {
    refusal(&with_provider(extra), &environment())
}

#[test]
fn a_client_asks_for_nothing_beyond_backstages_unless_told() {
    let environment = provider("");
    assert_eq!(
        environment.authorization_request,
        AuthorizationRequest::default()
    );
    assert_eq!(environment.claims_from, ClaimsFrom::Userinfo);
    assert!(environment.issuer.is_none() && environment.client_certificate.is_none());
    assert!(environment.userinfo_signed_response_alg.is_none());
    let assertion = environment.client_assertion;
    assert!(assertion.key.is_none() && assertion.key_id.is_none());
    assert_eq!(assertion.audience, AssertionAudience::Issuer);
}

#[test]
fn the_authorization_request_may_say_more() {
    let environment = provider(
        "
        responseMode: form_post
        pushedAuthorizationRequests: true
        acrValues: phr mfa
        acrEssential: 'yes'
        maxAge: {hours: 8}
        loginHint: '@example.com'
        uiLocales: [de-AT, en]
        ",
    );
    let request = environment.authorization_request;
    assert_eq!(request.response_mode, ResponseMode::FormPost);
    assert!(request.pushed && request.acr_essential);
    assert_eq!(request.acr_values, ["phr", "mfa"]);
    assert_eq!(request.max_age, Some(SignedDuration::from_hours(8)));
    assert_eq!(request.login_hint.as_deref(), Some("@example.com"));
    assert_eq!(request.ui_locales, ["de-AT", "en"]);
}

#[rstest]
#[case("0", 0)]
#[case("3600", 3600)]
#[case("PT10M", 600)]
#[case("90s", 90)]
fn max_age_is_a_duration_or_seconds(#[case] value: &str, #[case] seconds: i64) {
    let request = provider(&format!("maxAge: {value}")).authorization_request;
    assert_eq!(request.max_age, Some(SignedDuration::from_secs(seconds)));
}

#[test]
fn a_client_may_sign_with_its_own_key() {
    let environment = provider_with_keys(
        "
        tokenEndpointAuthMethod: private_key_jwt
        clientAssertion: {key: '${KEY}', keyId: k1, algorithm: PS256, audience: tokenEndpoint}
        ",
    );
    let assertion = environment.client_assertion;
    assert_eq!(assertion.key.unwrap().expose_secret(), KEY.trim());
    assert_eq!(assertion.key_id.as_deref(), Some("k1"));
    assert_eq!(assertion.algorithm, Some(TokenSignedResponseAlg::Ps256));
    assert_eq!(assertion.audience, AssertionAudience::TokenEndpoint);
}

#[test]
fn a_client_may_show_a_certificate() {
    let environment = provider_with_keys(
        "
        tokenEndpointAuthMethod: tls_client_auth
        clientCertificate: {cert: '${CERTIFICATE}', key: {$env: KEY}}
        ",
    );
    let certificate = environment.client_certificate.unwrap();
    assert_eq!(certificate.cert, CERTIFICATE.trim());
    assert_eq!(certificate.key.expose_secret(), KEY.trim());
}

#[rstest]
#[case("userinfo", ClaimsFrom::Userinfo)]
#[case("idToken", ClaimsFrom::IdToken)]
#[case("both", ClaimsFrom::Both)]
fn claims_come_from_where_it_says(#[case] name: &str, #[case] expected: ClaimsFrom) {
    let environment = provider(&format!("claimsFrom: {name}"));
    assert_eq!(environment.claims_from, expected);
}

#[test]
fn userinfo_may_be_signed() {
    let environment = provider("userinfoSignedResponseAlg: ES512");
    assert_eq!(
        environment.userinfo_signed_response_alg,
        Some(TokenSignedResponseAlg::Es512)
    );
}

#[rstest]
#[case("https://login.microsoftonline.com/{tenantid}/v2.0")]
#[case("https://tenant.b2clogin.com/5d1f/v2.0/")]
#[case("https://ID.example")]
fn an_issuer_is_kept_as_it_is_written(#[case] issuer: &str) {
    let environment = provider(&format!("issuer: '{issuer}'"));
    assert_eq!(environment.issuer.as_deref(), Some(issuer));
}

#[rstest]
#[case(
    "responseMode: fragment",
    "found \"fragment\", expected one of query, form_post"
)]
#[case("pushedAuthorizationRequests: maybe", "expected true or false")]
#[case("acrEssential: true", "acrValues: is missing")]
#[case("acrValues: 7", "expected a string or a list of strings")]
#[case("maxAge: -1", "a number of seconds, from 0 to 1000 days")]
#[case("maxAge: 1001 days", "a number of seconds, from 0 to 1000 days")]
#[case("maxAge: soon", "expected a duration such as")]
#[case("claimsFrom: idtoken", "did you mean `idToken`?")]
#[case("userinfoSignedResponseAlg: HS256", "expected one of RS256,")]
#[case("issuer: login.example", "expected an http:// or https:// URL")]
#[case(
    "issuer: 'https://login.example/{tenant}'",
    "perhaps with `{tenantid}`"
)]
#[case(
    "issuer: 'https://login.example/{tenantid}/{tenantid}'",
    "perhaps with `{tenantid}`"
)]
#[case("clientAssertion: {algorithm: HS256}", "expected one of RS256,")]
#[case(
    "clientAssertion: {audience: both}",
    "expected one of issuer, tokenEndpoint"
)]
#[case(
    "clientAssertion: {key: ./key.pem}",
    "no private key in PEM; a file is read with `key: { $file: PATH }`"
)]
#[case("clientAssertion: {key: '${CERTIFICATE}'}", "no private key in PEM")]
#[case(
    "clientCertificate: {cert: '${CERTIFICATE}'}",
    "clientCertificate.key: is missing"
)]
#[case(
    "clientCertificate: {cert: ./cert.pem, key: '${KEY}'}",
    "no certificate in PEM; a file is read with `cert: { $file: PATH }`"
)]
#[case("clientCertificate: ./cert.pem", "expected an object")]
fn a_mistake_is_told_with_its_place(#[case] extra: &str, #[case] expected: &str) {
    let told = error(extra);
    assert!(told.contains(expected), "{told}");
    assert!(told.starts_with("<inline>:"), "{told}");
    assert!(
        told.contains("auth.providers.keycloak.development."),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[rstest]
#[case("private_key_jwt", "add `clientAssertion: { key: { $file: PATH } }`")]
#[case("tls_client_auth", "add `clientCertificate: { cert:")]
#[case("self_signed_tls_client_auth", "add `clientCertificate: { cert:")]
fn a_method_without_its_key_is_warned_of(#[case] method: &str, #[case] expected: &str) {
    let told = warnings(&format!("tokenEndpointAuthMethod: {method}"));
    assert!(
        told.contains("lacks a key, so nobody can sign in"),
        "{told}"
    );
    assert!(told.contains(expected), "{told}");
    assert_eq!(told.lines().count(), 1);
}

#[test]
fn trusting_the_emails_of_every_tenant_is_warned_of() {
    let trust = "dangerouslyTrustUnverifiedEmail: true";
    let told = warnings(&format!(
        "issuer: 'https://login.example/{{tenantid}}/v2.0'\n        {trust}"
    ));
    assert!(told.contains("anybody can set up a tenant"), "{told}");
    assert_eq!(warnings(trust), "");
    let one = format!("issuer: https://login.example/5d1f/v2.0\n        {trust}");
    assert_eq!(warnings(&one), "");
}

#[rstest]
#[case("acrvalues: x", "did you mean `acrValues`?")]
#[case("responsemode: query", "did you mean `responseMode`?")]
#[case("clientAssertion: {keyid: x}", "did you mean `keyId`?")]
fn typos_are_warned_of(#[case] extra: &str, #[case] expected: &str) {
    let told = warnings(extra);
    assert!(told.ends_with(expected), "{told}");
}

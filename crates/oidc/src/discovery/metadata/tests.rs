use proptest::prelude::*;
use serde_json::json;

use super::*;

fn settings() -> ClientSettings {
    ClientSettings::new(
        "https://id.example".parse().unwrap(),
        "client",
        "https://app.example/cb".parse().unwrap(),
    )
}

fn read_with(settings: &ClientSettings, document: &Value) -> Result<ProviderMetadata, Violation> {
    let target = DiscoveryTarget::new(&settings.metadata_url).unwrap();
    ProviderMetadata::read(document, &target, settings)
}

fn read(document: &Value) -> Result<ProviderMetadata, Violation> {
    read_with(&settings(), document)
}

fn document() -> Value {
    json!({
        "issuer": "https://id.example",
        "authorization_endpoint": "https://id.example/auth",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://id.example/jwks",
    })
}

#[test]
fn the_least_document_will_do() {
    let metadata = read(&document()).unwrap();
    assert_eq!(metadata.issuer, "https://id.example");
    assert_eq!(metadata.userinfo_endpoint, None);
    assert!(!metadata.authorization_response_iss_parameter_supported);
}

#[test]
fn required_members_are_required() {
    for name in [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
    ] {
        for absent in [json!(""), json!(null), json!(7)] {
            let mut document = document();
            document[name] = absent;
            let at = Place::Discovery;
            assert_eq!(
                read(&document),
                Err(Violation::MissingParameter { at, name })
            );
        }
    }
}

#[test]
fn the_operators_endpoints_override_the_discovered_ones() {
    let mut settings = settings();
    settings.authorization_endpoint = Some("https://front.example/auth".parse().unwrap());
    settings.token_endpoint = Some("https://back.example/token".parse().unwrap());
    let mut document = document();
    document["token_endpoint"] = json!(null);

    let metadata = read_with(&settings, &document).unwrap();
    assert_eq!(
        metadata.authorization_endpoint.host_str(),
        Some("front.example")
    );
    assert_eq!(metadata.token_endpoint.host_str(), Some("back.example"));
}

#[test]
fn overrides_must_be_secure_too() {
    let mut settings = settings();
    settings.token_endpoint = Some("http://back.example/token".parse().unwrap());
    let violation = read_with(&settings, &document()).unwrap_err();
    assert_eq!(violation.code(), "discovery_insecure_endpoint");
}

#[test]
fn every_endpoint_must_be_secure_and_plain() {
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "revocation_endpoint",
        "end_session_endpoint",
    ] {
        for (bad, code) in [
            ("http://id.example/x", "discovery_insecure_endpoint"),
            ("javascript:alert(1)", "discovery_insecure_endpoint"),
            ("https://id.example/x#y", "discovery_malformed"),
            ("https://u:p@id.example/x", "discovery_malformed"),
            ("/relative", "discovery_malformed"),
        ] {
            let mut document = document();
            document[name] = json!(bad);
            assert_eq!(read(&document).unwrap_err().code(), code, "{name} {bad}");
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "https?://[a-z.]{1,8}/[a-z#?@]{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_document_makes_it_panic(document in any_json()) {
        prop_assert!(read(&document).is_err());
    }

    #[test]
    fn no_other_issuer_is_accepted(issuer in any_json()) {
        let mut document = document();
        document["issuer"] = issuer.clone();
        let ours = ["https://id.example", "https://id.example/"];
        let accepted = issuer.as_str().is_some_and(|it| ours.contains(&it));
        prop_assert_eq!(read(&document).is_ok(), accepted);
    }

    #[test]
    fn nothing_insecure_comes_through(name in prop::sample::select(vec![
        "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
    ]), value in any_json()) {
        let mut document = document();
        document[name] = value;
        if let Ok(metadata) = read(&document) {
            for endpoint in [
                Some(&metadata.authorization_endpoint), Some(&metadata.token_endpoint),
                Some(&metadata.jwks_uri), metadata.userinfo_endpoint.as_ref(),
            ].into_iter().flatten() {
                prop_assert_eq!(endpoint.scheme(), "https");
            }
        }
    }
}

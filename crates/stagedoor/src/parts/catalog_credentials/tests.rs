#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rstest::rstest;
use serde_json::Value;
use stagedoor_ambient::{ManualClock, SystemEntropy};
use stagedoor_config::{Environment, Known, load_str};
use stagedoor_identity::SigningAlgorithm;
use stagedoor_signin::tokens::{KeyRingSettings, KeySource, MemoryKeyStore};

use super::*;

fn credentials(access: &str, rest: &str) -> (Chosen, Arc<ManualClock>, Arc<KeyRing>) {
    let yaml = format!(
        "app: {{baseUrl: 'http://localhost:3000'}}\n\
         backend:\n  baseUrl: http://localhost:7007\n  database: {{client: better-sqlite3, connection: ':memory:'}}\n  \
         auth: {{externalAccess: [{access}]}}\n\
         {rest}\n"
    );
    let loaded = load_str(&yaml, &Environment::default(), &Known::default()).unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let settings = KeyRingSettings {
        algorithm: SigningAlgorithm::default(),
        lifetime: PLUGIN_TOKEN_LIFETIME,
    };
    let source = KeySource::Rotating(Arc::new(MemoryKeyStore::default()));
    let entropy = Arc::new(SystemEntropy::default());
    let keys = Arc::new(KeyRing::new(settings, source, clock.clone(), entropy).unwrap());
    let chosen = catalog_credentials(&loaded.settings, keys.clone(), clock.clone());
    (chosen, clock, keys)
}

/// The same, with a key that all nodes have had time to hear of.
async fn settled_credentials() -> (Chosen, Arc<ManualClock>, Arc<KeyRing>) {
    let (chosen, clock, keys) = credentials("", "");
    keys.current().await.unwrap();
    clock.advance(SignedDuration::from_secs(1));
    (chosen, clock, keys)
}

async fn token(chosen: &Chosen) -> String {
    let token = chosen.credentials.authorization().await.unwrap();
    token.expose().to_owned()
}

const OTHERS: &str = "{type: static, options: {token: theirs, subject: ci}}";
const OURS: &str = "{type: static, options: {token: ours, subject: stagedoor}}";
const OURS_FOR_THE_CATALOG: &str = "{type: static, options: {token: ours, subject: stagedoor}, accessRestrictions: [{plugin: catalog}]}";
const OURS_FOR_ANOTHER: &str = "{type: static, options: {token: ours, subject: stagedoor}, accessRestrictions: [{plugin: scaffolder}]}";
const OWN_KEY: &str = "stagedoor: {catalog: {token: given}}";

#[rstest]
#[case::own_key("", OWN_KEY, Some("given"))]
#[case::own_key_before_access(OURS, OWN_KEY, Some("given"))]
#[case::access(&format!("{OTHERS}, {OURS}"), "", Some("ours"))]
#[case::access_for_the_catalog(OURS_FOR_THE_CATALOG, "", Some("ours"))]
#[case::access_for_something_else(OURS_FOR_ANOTHER, "", None)]
#[case::access_of_others(OTHERS, "", None)]
#[case::nothing("", "", None)]
#[tokio::test]
async fn takes_what_is_meant_for_it(
    #[case] access: &str,
    #[case] rest: &str,
    #[case] expected: Option<&str>,
) {
    let (chosen, ..) = credentials(access, rest);
    let token = token(&chosen).await;
    match expected {
        Some(expected) => {
            assert_eq!(token, expected);
            let advice = chosen.credentials.when_refused();
            assert!(
                advice.contains(chosen.source) && !advice.contains(expected),
                "{advice}"
            );
        }
        None => {
            assert_eq!(chosen.source, PLUGIN_TOKEN);
            assert_eq!(token.split('.').count(), 3);
        }
    }
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_plugin_token_says_who_calls_whom() {
    let (chosen, _, keys) = settled_credentials().await;
    let token = token(&chosen).await;
    let header = part(&token, 0);
    assert_eq!(header["typ"], "vnd.backstage.plugin");
    let kid = header["kid"].as_str().unwrap();
    assert!(keys.published().await.unwrap().set().find(kid).is_some());
    let claims = part(&token, 1);
    assert_eq!(
        (&claims["sub"], &claims["aud"]),
        (&"auth".into(), &"catalog".into())
    );
    assert_eq!((&claims["iat"], &claims["exp"]), (&1.into(), &3601.into()));
}

#[tokio::test]
async fn a_plugin_token_is_kept_until_shortly_before_its_end() {
    let (chosen, clock, keys) = settled_credentials().await;
    let first = token(&chosen).await;
    clock.advance(PLUGIN_TOKEN_LIFETIME - SPARE - SignedDuration::from_secs(1));
    assert_eq!(token(&chosen).await, first);
    clock.advance(SignedDuration::from_secs(1));
    let second = token(&chosen).await;
    assert_ne!(second, first);
    // The last moment that one is shown: its key is still published.
    clock.advance(PLUGIN_TOKEN_LIFETIME - SPARE - SignedDuration::from_secs(1));
    let last = token(&chosen).await;
    assert_eq!(last, second);
    let kid = part(&last, 0)["kid"].as_str().unwrap().to_owned();
    assert!(keys.published().await.unwrap().set().find(&kid).is_some());
    clock.advance(SignedDuration::from_hours(-3));
    assert_ne!(token(&chosen).await, second, "issued in the future");
}

#[tokio::test]
async fn a_plugin_token_is_not_shown_before_other_nodes_know_its_key() {
    let (chosen, clock, _) = credentials("", "");
    let early = tokio::time::timeout(Duration::from_millis(50), token(&chosen)).await;
    assert!(early.is_err(), "shown at once");
    clock.advance(SignedDuration::from_secs(1));
    let later = tokio::time::timeout(Duration::from_secs(60), token(&chosen)).await;
    assert!(later.is_ok(), "still waiting");
}

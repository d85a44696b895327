//! Whatever the text, there is an answer.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use proptest::prelude::*;
use serde_json::Value;
use stagedoor_config::*;

/// A configuration that says a bit of everything.
fn valid() -> Value {
    serde_json::json!({
        "app": {"baseUrl": "http://localhost:3000", "title": "T"},
        "backend": {
            "baseUrl": "http://localhost:7007",
            "listen": {"host": "localhost", "port": 7007},
            "cors": {"origin": ["http://x"], "methods": "GET"},
            "https": {"certificate": {"cert": "c", "key": "hunter2"}},
            "database": {
                "client": "pg", "connection": {"host": "h", "password": "hunter2", "ssl": {"ca": "x"}},
                "plugin": {"auth": {"connection": "postgres://u:hunter2@h:1/d?sslmode=require"}},
            },
            "auth": {"externalAccess": [{"type": "static", "options": {"token": "hunter2", "subject": "s"}}]},
        },
        "auth": {
            "session": {"secret": ["hunter2", "hunter2"]},
            "keyStore": {"provider": "static", "static": {"keys": [{"publicKeyFile": "Cargo.toml", "privateKeyFile": "Cargo.toml", "keyId": "k"}]}},
            "backstageTokenExpiration": {"hours": 1},
            "providers": {"oidc": {"development": {
                "clientId": "c", "clientSecret": "hunter2", "metadataUrl": "https://x",
                "additionalScopes": ["a"], "timeout": "10s", "startUrlSearchParams": {"a": "b"},
                "signIn": {"resolvers": [{"resolver": "claimMatchingUserEntityName", "claim": "c"}]},
                "display": {"title": "t"},
            }}},
        },
        "discovery": {"endpoints": [{"target": {"internal": "http://i"}, "plugins": ["catalog"]}]},
        "catalog": {"locations": [{"type": "file", "target": "x.yaml"}]},
    })
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// Puts `new` in the place of the value with this number.
fn replace(value: &mut Value, number: &mut usize, new: &Value) {
    if *number == 0 {
        *value = new.clone();
        *number = usize::MAX;
        return;
    }
    *number -= 1;
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, number, new)),
        Value::Object(map) => map.values_mut().for_each(|item| replace(item, number, new)),
        _ => {}
    }
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(?s).{0,12}".prop_map(Value::from),
        Just(Value::from("${hunter2")),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
        Just(serde_json::json!([["x"]])),
        Just(serde_json::json!({"$env": "NONE"})),
        Just(serde_json::json!({"$file": "/nowhere"})),
        Just(serde_json::json!({"a": {"b": 1}})),
    ]
}

#[test]
fn what_the_mutations_start_from_is_valid() {
    let loaded = common::load(&valid().to_string()).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in "(?s).{0,300}") {
        let _ = common::load(&text);
    }

    #[test]
    fn any_mutation_has_an_answer_without_secrets(
        mutations in prop::collection::vec((any::<prop::sample::Index>(), values()), 1..4),
    ) {
        let mut config = valid();
        for (index, new) in &mutations {
            replace(&mut config, &mut index.index(count(&valid())), new);
        }
        // Hidden by its key only, so a value under another key may be shown.
        let shown = match common::load(&config.to_string()) {
            Ok(loaded) => format!("{loaded:?}"),
            Err(errors) => {
                prop_assert!(!errors.problems().is_empty());
                errors.to_string()
            }
        };
        prop_assert!(!shown.replace("${hunter2", "").contains("hunter2"), "{}", shown);
    }

    #[test]
    fn any_environment_has_an_answer(
        variables in prop::collection::btree_map("APP_CONFIG_[a-z_]{0,8}", "(?s).{0,10}", 0..5),
    ) {
        let _ = load_str(common::BASE, &variables.into_iter().collect(), &Known::default());
    }
}

//! Public signing keys.

use serde_json::json;
use stagedoor_storage::{StorageError, StoredKey};

use crate::fixture::{Fixture, NOW, after};

on_every_database!(
    keys_of_all_nodes_are_listed_oldest_first,
    keys_are_removed_by_id,
    a_key_id_is_taken_once,
);

pub(crate) fn key(kid: &str, seconds: i64) -> StoredKey {
    StoredKey {
        kid: kid.into(),
        jwk: json!({"kty": "EC", "kid": kid, "crv": "P-256", "x": "eA", "y": "eQ", "alg": "ES256"}),
        // Kept to the second, as Backstage's column is.
        created_at: jiff::Timestamp::from_second(after(seconds).as_second()).unwrap(),
    }
}

async fn keys_of_all_nodes_are_listed_oldest_first(fixture: Fixture) {
    let nodes = fixture.open_nodes(2).await;
    nodes[0].add_key(&key("late", 60)).await.unwrap();
    let mut early = key("early", 0);
    early.created_at = NOW;
    nodes[1].add_key(&early).await.unwrap();
    for node in nodes {
        let keys = node.list_keys().await.unwrap();
        assert_eq!(keys, [key("early", 0), key("late", 60)]);
    }
}

async fn keys_are_removed_by_id(fixture: Fixture) {
    let storage = fixture.open().await;
    for kid in ["a", "b", "c\"'\\"] {
        storage.add_key(&key(kid, 0)).await.unwrap();
    }
    let kids = ["a", "c\"'\\", "unknown"].map(String::from);
    storage.remove_keys(&kids).await.unwrap();
    assert_eq!(storage.list_keys().await.unwrap(), [key("b", 0)]);
    storage.remove_keys(&[]).await.unwrap();
    assert_eq!(storage.list_keys().await.unwrap(), [key("b", 0)]);
}

async fn a_key_id_is_taken_once(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.add_key(&key("a", 0)).await.unwrap();
    let again = storage.add_key(&key("a", 60)).await;
    assert!(matches!(again, Err(StorageError::Query(_))), "{again:?}");
    assert_eq!(storage.list_keys().await.unwrap(), [key("a", 0)]);
}

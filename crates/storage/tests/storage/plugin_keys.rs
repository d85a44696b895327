//! Public keys of plugin tokens.

use stagedoor_storage::{PluginKeys, SigningKeyStore, StorageError};

use crate::fixture::Fixture;
use crate::keys::key;

on_every_database!(
    keys_of_all_nodes_are_listed_oldest_first,
    keys_are_removed_by_id,
    a_key_id_is_taken_once,
    they_are_not_the_keys_of_user_tokens,
);

async fn keys_of_all_nodes_are_listed_oldest_first(fixture: Fixture) {
    let nodes = fixture.open_nodes(2).await;
    nodes[0].add_plugin_key(&key("late", 60)).await.unwrap();
    nodes[1].add_plugin_key(&key("early", 0)).await.unwrap();
    for node in nodes {
        let keys = node.list_plugin_keys().await.unwrap();
        assert_eq!(keys, [key("early", 0), key("late", 60)]);
    }
}

async fn keys_are_removed_by_id(fixture: Fixture) {
    let storage = fixture.open().await;
    let keys = PluginKeys::of(storage.clone());
    for kid in ["a", "b", "c\"'\\"] {
        keys.add_key(&key(kid, 0)).await.unwrap();
    }
    let kids = ["a", "c\"'\\", "unknown"].map(String::from);
    keys.remove_keys(&kids).await.unwrap();
    assert_eq!(keys.list_keys().await.unwrap(), [key("b", 0)]);
    keys.remove_keys(&[]).await.unwrap();
    assert_eq!(storage.list_plugin_keys().await.unwrap(), [key("b", 0)]);
}

async fn a_key_id_is_taken_once(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.add_plugin_key(&key("a", 0)).await.unwrap();
    let again = storage.add_plugin_key(&key("a", 60)).await;
    assert!(matches!(again, Err(StorageError::Query(_))), "{again:?}");
    assert_eq!(storage.list_plugin_keys().await.unwrap(), [key("a", 0)]);
}

async fn they_are_not_the_keys_of_user_tokens(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.add_plugin_key(&key("plugin", 0)).await.unwrap();
    storage.add_key(&key("user", 0)).await.unwrap();
    assert_eq!(storage.list_keys().await.unwrap(), [key("user", 0)]);
    let keys = storage.list_plugin_keys().await.unwrap();
    assert_eq!(keys, [key("plugin", 0)]);
}

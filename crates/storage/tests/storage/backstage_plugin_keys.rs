//! Public keys of plugin tokens side by side with a Backstage.

use serde_json::json;
use stagedoor_storage::{StorageError, StoredKey};

use crate::fixture::{Fixture, NOW};
use crate::keys::key;

on_lasting_databases!(
    backstages_rows_are_read,
    our_rows_are_what_backstage_writes,
    backstage_may_start_on_our_database,
    a_spoilt_time_is_corrupt,
);

/// What Backstage's migration (backend-defaults 0.19) comes to.
const TABLES: &str = "
    CREATE TABLE backstage_backend_public_keys__knex_migrations (id integer, name varchar(255));
    CREATE TABLE backstage_backend_public_keys__keys (id varchar(255) NOT NULL PRIMARY KEY,
        key text NOT NULL, expires_at varchar(255) NOT NULL);
";

async fn backstages_rows_are_read(fixture: Fixture) {
    fixture.execute(TABLES).await;
    fixture
        .execute(
            r#"INSERT INTO backstage_backend_public_keys__keys (id, key, expires_at)
                VALUES ('theirs', '{"kid":"theirs","kty":"EC"}', '2026-11-24T22:16:35.768Z')"#,
        )
        .await;
    let storage = fixture.open().await;
    let theirs = StoredKey {
        kid: "theirs".into(),
        jwk: json!({"kid": "theirs", "kty": "EC"}),
        // Three lifetimes of an hour before it expires.
        created_at: "2026-11-24T19:16:35.768Z".parse().unwrap(),
    };
    assert_eq!(storage.list_plugin_keys().await.unwrap(), [theirs]);
    let kids = ["theirs".into()];
    storage.remove_plugin_keys(&kids).await.unwrap();
    assert!(theirs_in(&fixture).await.is_empty());
}

async fn our_rows_are_what_backstage_writes(fixture: Fixture) {
    fixture.execute(TABLES).await;
    let storage = fixture.open().await;
    let ours = StoredKey {
        kid: "ours".into(),
        jwk: json!({"kty": "EC", "kid": "ours"}),
        created_at: "2026-11-24T22:16:35.5Z".parse().unwrap(),
    };
    storage.add_plugin_key(&ours).await.unwrap();
    assert_eq!(storage.list_plugin_keys().await.unwrap(), [ours]);
    let row = fixture
        .column(
            "SELECT id || ' ' || key || ' ' || expires_at FROM backstage_backend_public_keys__keys",
        )
        .await;
    let expected = r#"ours {"kty":"EC","kid":"ours"} 2026-11-25T01:16:35.500Z"#;
    assert_eq!(row, [expected]);
}

async fn backstage_may_start_on_our_database(fixture: Fixture) {
    let nodes = fixture.open_nodes(2).await;
    nodes[0].add_plugin_key(&key("before", 0)).await.unwrap();
    fixture.execute(TABLES).await;
    nodes[1]
        .add_plugin_key(&key("meanwhile", 60))
        .await
        .unwrap();
    for node in &nodes {
        let keys = node.list_plugin_keys().await.unwrap();
        assert_eq!(keys, [key("before", 0), key("meanwhile", 60)]);
    }
    assert_eq!(theirs_in(&fixture).await, ["before", "meanwhile"]);
    let left = fixture.column("SELECT id FROM stagedoor_plugin_keys").await;
    assert!(left.is_empty());
    // What is removed stays removed, also for a node that starts afterwards.
    let kids = ["before".into()];
    nodes[0].remove_plugin_keys(&kids).await.unwrap();
    let keys = fixture.open().await.list_plugin_keys().await.unwrap();
    assert_eq!(keys, [key("meanwhile", 60)]);
}

async fn a_spoilt_time_is_corrupt(fixture: Fixture) {
    let storage = fixture.open().await;
    let mut ours = key("ours", 0);
    ours.created_at = NOW;
    storage.add_plugin_key(&ours).await.unwrap();
    for spoilt in ["soon", "", "-009999-01-01T00:00:00Z"] {
        let spoil = format!("UPDATE stagedoor_plugin_keys SET expires_at = '{spoilt}'");
        fixture.execute(&spoil).await;
        let keys = storage.list_plugin_keys().await;
        assert!(
            matches!(
                keys,
                Err(StorageError::Corrupt {
                    table: "stagedoor_plugin_keys",
                    ..
                })
            ),
            "{keys:?}"
        );
    }
}

async fn theirs_in(fixture: &Fixture) -> Vec<String> {
    let ids = "SELECT id FROM backstage_backend_public_keys__keys ORDER BY 1";
    fixture.column(ids).await
}

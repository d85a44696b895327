//! Side by side with a Backstage, whichever comes first.

use serde_json::json;
use stagedoor_identity::EntityRef;
use stagedoor_storage::StoredKey;

use crate::fixture::{Fixture, NOW, after};
use crate::keys::key;

on_lasting_databases!(
    backstages_rows_are_read,
    our_rows_are_what_backstage_writes,
    backstages_own_tables_are_left_alone,
    backstage_may_start_on_our_database,
    the_newer_user_info_wins_when_tables_are_joined,
    an_older_backstage_shares_its_keys_only,
    backstages_spoilt_time_is_corrupt,
);

/// What Backstage's migrations (plugin-auth-backend 0.31) come to, as each
/// database tells it back.
const SQLITE_TABLES: &str = "
    CREATE TABLE `knex_migrations` (`id` integer not null primary key autoincrement,
        `name` varchar(255), `batch` integer, `migration_time` datetime);
    CREATE TABLE `sessions` (`sid` varchar(255) not null, `sess` text not null,
        `expired` datetime not null, primary key (`sid`));
    CREATE TABLE `signing_keys` (`kid` varchar(255) not null,
        `created_at` datetime not null default CURRENT_TIMESTAMP,
        `key` varchar(255) not null, primary key (`kid`));
    CREATE TABLE \"user_info\" (`user_entity_ref` varchar(255) NOT NULL,
        `user_info` text NOT NULL, `updated_at` datetime NOT NULL,
        `created_at` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (`user_entity_ref`));
";
const POSTGRES_TABLES: &str = "
    CREATE TABLE knex_migrations (id serial PRIMARY KEY, name character varying(255),
        batch integer, migration_time timestamp with time zone);
    CREATE TABLE sessions (sid character varying(255) NOT NULL PRIMARY KEY, sess text NOT NULL,
        expired timestamp with time zone NOT NULL);
    CREATE TABLE signing_keys (kid character varying(255) NOT NULL PRIMARY KEY,
        created_at timestamp(0) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
        key text NOT NULL);
    CREATE TABLE user_info (user_entity_ref character varying(255) NOT NULL PRIMARY KEY,
        user_info text NOT NULL, updated_at timestamp with time zone NOT NULL,
        created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL);
";

/// Before its migration of July 2025.
const OLDER_TABLES: &str = "
    CREATE TABLE signing_keys (kid varchar(255) NOT NULL PRIMARY KEY,
        created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, key text NOT NULL);
    CREATE TABLE user_info (user_entity_ref varchar(255) NOT NULL PRIMARY KEY,
        user_info text NOT NULL, exp timestamp NOT NULL);
";

async fn start_backstage(fixture: &Fixture) {
    let tables = fixture.tongue(SQLITE_TABLES, POSTGRES_TABLES);
    fixture.execute(tables).await;
}

async fn backstages_rows_are_read(fixture: Fixture) {
    start_backstage(&fixture).await;
    fixture
        .execute(
            r#"INSERT INTO signing_keys (kid, created_at, key)
                VALUES ('theirs', '2026-11-24 22:16:35', '{"kid":"theirs","kty":"EC"}');
            INSERT INTO user_info (user_entity_ref, user_info, updated_at) VALUES
                ('user:default/ada', '{"claims":{"sub":"user:default/ada"}}', '2026-11-24 22:16:35.768');"#,
        )
        .await;
    let storage = fixture.open().await;
    let theirs = StoredKey {
        kid: "theirs".into(),
        jwk: json!({"kid": "theirs", "kty": "EC"}),
        created_at: "2026-11-24T22:16:35Z".parse().unwrap(),
    };
    assert_eq!(storage.list_keys().await.unwrap(), [theirs]);
    let ada = EntityRef::new("user", "default", "ada");
    let info = storage.user_info(&ada).await.unwrap();
    assert_eq!(info, Some(json!({"claims": {"sub": "user:default/ada"}})));

    // Written without a time, as Backstage does, it gets the database's.
    fixture
        .execute(r#"INSERT INTO signing_keys (kid, key) VALUES ('untimed', '{}')"#)
        .await;
    let keys = storage.list_keys().await.unwrap();
    assert_eq!(keys.len(), 2);
    storage
        .remove_keys(&["theirs".into(), "untimed".into()])
        .await
        .unwrap();
    assert!(
        fixture
            .column("SELECT kid FROM signing_keys")
            .await
            .is_empty()
    );
}

async fn our_rows_are_what_backstage_writes(fixture: Fixture) {
    start_backstage(&fixture).await;
    let storage = fixture.open().await;
    let ours = StoredKey {
        kid: "ours".into(),
        jwk: json!({"kty": "EC", "kid": "ours"}),
        created_at: "2026-11-24T22:16:35.9Z".parse().unwrap(),
    };
    storage.add_key(&ours).await.unwrap();
    let ada = EntityRef::new("user", "default", "ada");
    let updated_at = "2026-11-24T22:16:35.768Z".parse().unwrap();
    let info = json!({"claims": {"sub": "user:default/ada", "ent": []}});
    storage
        .put_user_info(&ada, &info, updated_at)
        .await
        .unwrap();

    let row = fixture
        .column(fixture.tongue(
            "SELECT typeof(created_at) || ' ' || created_at || ' ' || key FROM signing_keys",
            "SELECT 'text ' || (created_at AT TIME ZONE 'UTC') || ' ' || key FROM signing_keys",
        ))
        .await;
    assert_eq!(
        row,
        [r#"text 2026-11-24 22:16:35 {"kty":"EC","kid":"ours"}"#]
    );
    let row = fixture
        .column(fixture.tongue(
            "SELECT typeof(updated_at) || ' ' || updated_at || ' ' || user_info FROM user_info",
            "SELECT 'text ' || (updated_at AT TIME ZONE 'UTC') || ' ' || user_info FROM user_info",
        ))
        .await;
    let expected = r#"text 2026-11-24 22:16:35.768 {"claims":{"sub":"user:default/ada","ent":[]}}"#;
    assert_eq!(row, [expected]);
}

async fn backstages_own_tables_are_left_alone(fixture: Fixture) {
    start_backstage(&fixture).await;
    fixture
        .execute(
            "INSERT INTO knex_migrations (name, batch) VALUES ('20200619125845_init.js', 1);
             INSERT INTO sessions (sid, sess, expired) VALUES ('sid', '{}', '2020-01-01 00:00:00');",
        )
        .await;
    let storage = fixture.open().await;
    storage.delete_expired(NOW, 100).await.unwrap();
    let migrations = fixture.column("SELECT name FROM knex_migrations").await;
    assert_eq!(migrations, ["20200619125845_init.js"]);
    assert_eq!(fixture.column("SELECT sid FROM sessions").await, ["sid"]);
}

async fn backstage_may_start_on_our_database(fixture: Fixture) {
    let nodes = fixture.open_nodes(2).await;
    let ada = EntityRef::new("user", "default", "ada");
    let info = json!({"claims": {"sub": "user:default/ada"}});
    nodes[0].add_key(&key("before", 0)).await.unwrap();
    nodes[0].put_user_info(&ada, &info, NOW).await.unwrap();

    // It makes its tables without asking; nothing must be in its way.
    start_backstage(&fixture).await;

    // Both nodes notice, and nothing is lost on the way.
    nodes[1].add_key(&key("meanwhile", 60)).await.unwrap();
    for node in &nodes {
        let keys = node.list_keys().await.unwrap();
        assert_eq!(keys, [key("before", 0), key("meanwhile", 60)]);
        assert_eq!(node.user_info(&ada).await.unwrap(), Some(info.clone()));
    }
    let kids = fixture
        .column("SELECT kid FROM signing_keys ORDER BY 1")
        .await;
    assert_eq!(kids, ["before", "meanwhile"]);
    let users = fixture
        .column("SELECT user_entity_ref FROM user_info")
        .await;
    assert_eq!(users, ["user:default/ada"]);
    for table in ["stagedoor_signing_keys", "stagedoor_user_info"] {
        let rows = format!("SELECT 'row' FROM {table}");
        assert!(fixture.column(&rows).await.is_empty(), "{table}");
    }
    // What is removed stays removed, also for a node that starts afterwards.
    nodes[0].remove_keys(&["before".into()]).await.unwrap();
    let later = fixture.open().await;
    assert_eq!(later.list_keys().await.unwrap(), [key("meanwhile", 60)]);
}

async fn the_newer_user_info_wins_when_tables_are_joined(fixture: Fixture) {
    let storage = fixture.open().await;
    let users = ["ada", "grace"].map(|name| EntityRef::new("user", "default", name));
    for user in &users {
        storage
            .put_user_info(user, &json!("ours"), NOW)
            .await
            .unwrap();
    }
    start_backstage(&fixture).await;
    for (user, seconds) in users.iter().zip([-60, 60]) {
        let updated_at = after(seconds).strftime("%Y-%m-%d %H:%M:%S.000");
        fixture
            .execute(&format!(
                "INSERT INTO user_info (user_entity_ref, user_info, updated_at) \
                 VALUES ('{user}', '\"theirs\"', '{updated_at}')"
            ))
            .await;
    }
    let info = storage.user_info(&users[0]).await.unwrap();
    assert_eq!(info, Some(json!("ours")));
    let info = storage.user_info(&users[1]).await.unwrap();
    assert_eq!(info, Some(json!("theirs")));
}

async fn an_older_backstage_shares_its_keys_only(fixture: Fixture) {
    fixture.execute(OLDER_TABLES).await;
    let storage = fixture.open().await;
    storage.add_key(&key("ours", 0)).await.unwrap();
    let ada = EntityRef::new("user", "default", "ada");
    storage.put_user_info(&ada, &json!({}), NOW).await.unwrap();
    assert_eq!(storage.list_keys().await.unwrap(), [key("ours", 0)]);
    assert_eq!(storage.user_info(&ada).await.unwrap(), Some(json!({})));
    assert_eq!(
        fixture.column("SELECT kid FROM signing_keys").await,
        ["ours"]
    );
    let theirs = fixture.column("SELECT user_info FROM user_info").await;
    assert!(theirs.is_empty());
}

async fn backstages_spoilt_time_is_corrupt(fixture: Fixture) {
    start_backstage(&fixture).await;
    let time = fixture.tongue("soon", "infinity");
    fixture
        .execute(&format!(
            "INSERT INTO signing_keys (kid, created_at, key) VALUES ('a', '{time}', '{{}}')"
        ))
        .await;
    let storage = fixture.open().await;
    let keys = storage.list_keys().await;
    assert!(
        matches!(
            keys,
            Err(stagedoor_storage::StorageError::Corrupt {
                table: "signing_keys",
                ..
            })
        ),
        "{keys:?}"
    );
}

//! Opening: the first time, again, and many at once.

use stagedoor_storage::open;
use tokio::task::JoinSet;

use crate::fixture::{Fixture, NOW, session, session_id, whole};
use crate::keys::key;

on_lasting_databases!(
    what_was_written_is_there_when_opened_again,
    many_nodes_may_start_at_once,
    a_newer_nodes_migration_is_no_obstacle,
    a_fresh_database_holds_our_names_only,
);

async fn what_was_written_is_there_when_opened_again(fixture: Fixture) {
    {
        let storage = fixture.open().await;
        storage.insert_session(&session(1)).await.unwrap();
        storage.add_key(&key("a", 0)).await.unwrap();
        storage.use_flow([1; 16], NOW).await.unwrap();
    }
    let storage = fixture.open().await;
    let found = storage.session(session_id(1), NOW).await.unwrap().unwrap();
    assert_eq!(whole(&found), whole(&session(1)));
    assert_eq!(storage.list_keys().await.unwrap(), [key("a", 0)]);
    assert!(!storage.use_flow([1; 16], NOW).await.unwrap());
}

async fn many_nodes_may_start_at_once(fixture: Fixture) {
    let mut tasks = JoinSet::new();
    for number in 0..12 {
        let location = fixture.location.clone();
        tasks.spawn(async move {
            let storage = open(&location).await.unwrap();
            storage.insert_session(&session(number)).await.unwrap()
        });
    }
    assert_eq!(tasks.join_all().await, [true; 12]);
    let applied = fixture
        .column("SELECT description FROM stagedoor_migrations ORDER BY version")
        .await;
    assert_eq!(applied, ["sessions", "plugin keys", "session order"]);
}

async fn a_newer_nodes_migration_is_no_obstacle(fixture: Fixture) {
    drop(fixture.open().await);
    let checksum = fixture.tongue("x'00'", "'\\x00'");
    fixture
        .execute(&format!(
            "INSERT INTO stagedoor_migrations \
             (version, description, success, checksum, execution_time) \
             VALUES (9999, 'from the future', true, {checksum}, 0)"
        ))
        .await;
    let storage = fixture.open().await;
    assert!(storage.insert_session(&session(1)).await.unwrap());
}

async fn a_fresh_database_holds_our_names_only(fixture: Fixture) {
    drop(fixture.open().await);
    let tables = fixture.tables().await;
    let ours = [
        "stagedoor_migrations",
        "stagedoor_plugin_keys",
        "stagedoor_sessions",
        "stagedoor_signing_keys",
        "stagedoor_used_flows",
        "stagedoor_user_info",
    ];
    assert_eq!(tables, ours);
}

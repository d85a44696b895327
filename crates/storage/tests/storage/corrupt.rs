//! Rows that something else has spoilt are errors that name the table, and
//! never what it holds.

use stagedoor_identity::EntityRef;
use stagedoor_storage::StorageError;

use crate::fixture::{Fixture, NOW, after, lease, session, session_id};
use crate::keys::key;

on_lasting_databases!(
    a_session_with_a_short_hash,
    a_session_out_of_time,
    a_key_that_is_not_json,
    user_info_that_is_not_json,
);

fn assert_corrupt<T: std::fmt::Debug>(outcome: Result<T, StorageError>, of: &str, at: &str) {
    match outcome {
        Err(StorageError::Corrupt { table, reason }) => {
            assert_eq!(table, of);
            assert!(reason.starts_with(at), "{reason}");
            assert!(!reason.contains("spoilt"), "{reason}");
        }
        other => panic!("not corrupt: {other:?}"),
    }
}

async fn a_session_with_a_short_hash(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let spoil = fixture.tongue("x'0102'", "'\\x0102'");
    fixture
        .execute(&format!(
            "UPDATE stagedoor_sessions SET secret_hash = {spoil}"
        ))
        .await;
    let read = storage.session(session_id(1), NOW).await;
    assert_corrupt(read, "stagedoor_sessions", "secret_hash");
    let leased = storage
        .lease_session(session_id(1), lease(1), NOW, after(30))
        .await;
    assert_corrupt(leased, "stagedoor_sessions", "secret_hash");
}

async fn a_session_out_of_time(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    fixture
        .execute("UPDATE stagedoor_sessions SET expires_at = 9223372036854775807")
        .await;
    let read = storage.session(session_id(1), NOW).await;
    assert_corrupt(read, "stagedoor_sessions", "expires_at");
}

async fn a_key_that_is_not_json(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.add_key(&key("a", 0)).await.unwrap();
    fixture
        .execute("UPDATE stagedoor_signing_keys SET key = '{spoilt'")
        .await;
    assert_corrupt(storage.list_keys().await, "stagedoor_signing_keys", "key");
}

async fn user_info_that_is_not_json(fixture: Fixture) {
    let storage = fixture.open().await;
    let ada = EntityRef::new("user", "default", "ada");
    let info = serde_json::json!({});
    storage.put_user_info(&ada, &info, NOW).await.unwrap();
    fixture
        .execute("UPDATE stagedoor_user_info SET user_info = 'spoilt'")
        .await;
    let read = storage.user_info(&ada).await;
    assert_corrupt(read, "stagedoor_user_info", "user_info");
}

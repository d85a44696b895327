//! What only a file has: modes, a log, and another process's lock.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use rusqlite::Connection;
use stagedoor_storage::{DatabaseLocation, StorageError, open};

use crate::fixture::{Fixture, NOW, session, session_id};

on_database!(file: the_file_is_its_owners_alone
    the_log_is_on
    a_write_waits_for_another_process
    opening_waits_for_a_file_without_a_log
    a_read_does_not_wait_for_a_write);

#[cfg(unix)]
async fn the_file_is_its_owners_alone(fixture: Fixture) {
    use std::os::unix::fs::PermissionsExt;

    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let path = fixture.file_path();
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", path.display());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path}");
    }
}

async fn the_log_is_on(fixture: Fixture) {
    drop(fixture.open().await);
    assert_eq!(fixture.column("PRAGMA journal_mode").await, ["wal"]);
}

/// Another process's transaction that has written and not yet committed.
fn lock(fixture: &Fixture) -> Connection {
    let other = Connection::open(fixture.file_path()).unwrap();
    other
        .execute_batch("BEGIN IMMEDIATE; DELETE FROM stagedoor_sessions;")
        .unwrap();
    other
}

async fn a_write_waits_for_another_process(fixture: Fixture) {
    let storage = fixture.open().await;
    let other = lock(&fixture);
    let writing = {
        let storage = Arc::clone(&storage);
        tokio::spawn(async move { storage.insert_session(&session(1)).await })
    };
    let path = fixture.location.clone();
    let opening = tokio::spawn(async move { open(&path).await.map(drop) });
    tokio::task::yield_now().await;
    assert!(!writing.is_finished());
    other.execute_batch("COMMIT").unwrap();
    assert!(writing.await.unwrap().unwrap());
    opening.await.unwrap().unwrap();
}

async fn opening_waits_for_a_file_without_a_log(fixture: Fixture) {
    // Such as Backstage's own: turning the log on is refused while it is in use.
    fixture.execute("CREATE TABLE theirs (id)").await;
    let other = Connection::open(fixture.file_path()).unwrap();
    other
        .execute_batch("BEGIN IMMEDIATE; INSERT INTO theirs VALUES (1)")
        .unwrap();
    let location = fixture.location.clone();
    let mut opening = tokio::spawn(async move { open(&location).await.map(drop) });
    // Long enough for an attempt that does not wait to have failed.
    let early = tokio::time::timeout(Duration::from_millis(300), &mut opening).await;
    assert!(early.is_err(), "{early:?}");
    other.execute_batch("COMMIT").unwrap();
    opening.await.unwrap().unwrap();
}

async fn a_read_does_not_wait_for_a_write(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let _other = lock(&fixture);
    let found = storage.session(session_id(1), NOW).await.unwrap();
    assert!(found.is_some());
}

#[tokio::test]
async fn two_memories_are_two_databases() {
    let one = open(&DatabaseLocation::SqliteMemory).await.unwrap();
    let other = open(&DatabaseLocation::SqliteMemory).await.unwrap();
    assert!(one.use_flow([1; 16], Timestamp::UNIX_EPOCH).await.unwrap());
    assert!(
        other
            .use_flow([1; 16], Timestamp::UNIX_EPOCH)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_path_that_can_not_be_is_unavailable() {
    let directory = tempfile::tempdir().unwrap();
    let outcome = open(&DatabaseLocation::SqliteFile(directory.path().into())).await;
    assert!(matches!(outcome.err(), Some(StorageError::Unavailable(_))));
}

#[tokio::test]
async fn a_file_of_something_else_is_refused_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("stagedoor.sqlite");
    let text = "not a database, but somebody's work\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let outcome = open(&DatabaseLocation::SqliteFile(path.clone())).await;
    assert!(outcome.is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

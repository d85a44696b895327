//! What only a server has: schemas, limits, TLS, and being away.

use std::time::Duration;

use sqlx::Connection;
use stagedoor_storage::{
    DatabaseLocation, PostgresLocation, PostgresTls, PostgresTrust, StorageError, open,
};

use crate::fixture::{Fixture, NOW, connect, session, session_id};

on_database!(postgres: tables_are_made_in_the_schema
    a_missing_database_stays_missing_when_told_so
    a_blocked_statement_is_given_up
    a_used_up_pool_is_unavailable
    tls_never_falls_back_to_plain_text);

fn server(fixture: &Fixture) -> PostgresLocation {
    let DatabaseLocation::Postgres(location) = &fixture.location else {
        panic!("not a server");
    };
    location.clone()
}

async fn open_with(
    fixture: &Fixture,
    change: impl FnOnce(&mut PostgresLocation),
) -> Result<std::sync::Arc<dyn stagedoor_storage::Storage>, StorageError> {
    let mut location = server(fixture);
    change(&mut location);
    open(&DatabaseLocation::Postgres(location)).await
}

async fn tables_are_made_in_the_schema(fixture: Fixture) {
    let name = "odd \"schema\"";
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let mut location = server(&fixture);
        location.schema = Some(name.into());
        tasks.spawn(async move { open(&DatabaseLocation::Postgres(location)).await.unwrap() });
    }
    let nodes = tasks.join_all().await;
    nodes[0].insert_session(&session(1)).await.unwrap();
    let found = nodes[1].session(session_id(1), NOW).await.unwrap();
    assert!(found.is_some());
    assert!(fixture.tables().await.is_empty());
    let schemas = fixture
        .column("SELECT DISTINCT schemaname::text FROM pg_tables WHERE tablename LIKE 'stagedoor%'")
        .await;
    assert_eq!(schemas, [name]);
}

async fn a_missing_database_stays_missing_when_told_so(fixture: Fixture) {
    let outcome = open_with(&fixture, |location| location.create_database = false).await;
    assert!(matches!(outcome.err(), Some(StorageError::Query(_))));
    // And is made when not.
    assert!(open_with(&fixture, |_| {}).await.is_ok());
}

async fn a_blocked_statement_is_given_up(fixture: Fixture) {
    let limit = |location: &mut PostgresLocation| {
        location.statement_timeout = Duration::from_millis(200);
    };
    let storage = open_with(&fixture, limit).await.unwrap();
    storage.insert_session(&session(1)).await.unwrap();
    let mut other = connect(&server(&fixture)).await;
    let mut transaction = other.begin().await.unwrap();
    sqlx::raw_sql("SELECT id FROM stagedoor_sessions FOR UPDATE")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let blocked = storage.delete_session(session_id(1)).await;
    assert!(
        matches!(blocked, Err(StorageError::Unavailable(_))),
        "{blocked:?}"
    );
    // Sweeping goes round what another node has in hand.
    let later = session(1).expires_at;
    assert_eq!(storage.delete_expired(later, 10).await.unwrap(), 0);
    transaction.rollback().await.unwrap();
    assert!(storage.delete_session(session_id(1)).await.unwrap());
}

async fn a_used_up_pool_is_unavailable(fixture: Fixture) {
    let limit = |location: &mut PostgresLocation| {
        location.pool_size = 1;
        location.acquire_timeout = Duration::from_millis(200);
        location.statement_timeout = Duration::from_millis(600);
    };
    let storage = open_with(&fixture, limit).await.unwrap();
    storage.insert_session(&session(1)).await.unwrap();
    let mut other = connect(&server(&fixture)).await;
    let mut transaction = other.begin().await.unwrap();
    sqlx::raw_sql("SELECT id FROM stagedoor_sessions FOR UPDATE")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let outcomes = tokio::join!(
        storage.delete_session(session_id(1)),
        storage.delete_session(session_id(1)),
    );
    // Whichever holds the one connection waits for the row, the other for it.
    for outcome in [outcomes.0, outcomes.1] {
        assert!(
            matches!(outcome, Err(StorageError::Unavailable(_))),
            "{outcome:?}"
        );
    }
}

async fn tls_never_falls_back_to_plain_text(fixture: Fixture) {
    for trust in [
        PostgresTrust::Anyone,
        PostgresTrust::PublicAuthorities,
        PostgresTrust::PublicAuthoritiesAnd(String::new()),
    ] {
        let client = None;
        let tls = PostgresTls::On { trust, client };
        let outcome = open_with(&fixture, |location| location.tls = tls.clone()).await;
        assert!(
            matches!(outcome.err(), Some(StorageError::Unavailable(_))),
            "{tls:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let host = directory.path().to_str().unwrap();
    let location = PostgresLocation::new(host, "postgres", "auth");
    let outcome = open(&DatabaseLocation::Postgres(location)).await;
    assert!(matches!(outcome.err(), Some(StorageError::Unavailable(_))));
}

#[test]
fn a_password_is_not_shown() {
    let mut location = PostgresLocation::new("db", "stagedoor", "auth");
    location.password = Some("hunter2".to_owned().into());
    assert!(!format!("{location:?}").contains("hunter2"));
}

//! Looking at a database before it is opened: nothing may change.

use stagedoor_storage::{DatabaseLocation, Inspection, Obstacle, StorageError, inspect};

use crate::fixture::{Fixture, session};

on_lasting_databases!(
    a_new_database_has_every_migration_pending,
    looking_makes_nothing,
    an_opened_database_has_nothing_pending,
    a_database_with_other_tables_has_every_migration_pending,
    a_newer_nodes_migration_is_not_ours_to_run,
    a_migration_that_was_another_is_an_error,
);

/// In a task, so that it is known to be `Send`.
async fn look(fixture: &Fixture) -> Result<Inspection, StorageError> {
    let location = fixture.location.clone();
    tokio::spawn(async move { inspect(&location).await })
        .await
        .unwrap()
}

fn pending(inspection: &Inspection) -> Vec<&str> {
    let pending = inspection.pending.iter();
    pending.map(|step| step.description.as_str()).collect()
}

async fn a_new_database_has_every_migration_pending(fixture: Fixture) {
    let found = look(&fixture).await.unwrap();
    assert_eq!(
        pending(&found),
        ["sessions", "plugin keys", "session order"]
    );
    assert_eq!((found.exists, found.obstacle), (false, None));
}

async fn looking_makes_nothing(fixture: Fixture) {
    for _ in 0..2 {
        assert!(!look(&fixture).await.unwrap().exists);
    }
    if let DatabaseLocation::SqliteFile(path) = &fixture.location {
        assert!(!path.parent().unwrap().exists());
    }
}

async fn an_opened_database_has_nothing_pending(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let nothing = Inspection {
        exists: true,
        pending: vec![],
        obstacle: None,
    };
    assert_eq!(look(&fixture).await.unwrap(), nothing, "while it is open");
    drop(storage);
    assert_eq!(look(&fixture).await.unwrap(), nothing, "when it is not");
}

async fn a_database_with_other_tables_has_every_migration_pending(fixture: Fixture) {
    fixture.execute("CREATE TABLE theirs (id INTEGER)").await;
    let found = look(&fixture).await.unwrap();
    assert_eq!(
        pending(&found),
        ["sessions", "plugin keys", "session order"]
    );
    assert!(found.exists);
    assert_eq!(fixture.tables().await, ["theirs"]);
}

async fn a_newer_nodes_migration_is_not_ours_to_run(fixture: Fixture) {
    drop(fixture.open().await);
    let checksum = fixture.tongue("x'00'", "'\\x00'");
    fixture
        .execute(&format!(
            "INSERT INTO stagedoor_migrations \
             (version, description, success, checksum, execution_time) \
             VALUES (9999, 'from the future', true, {checksum}, 0)"
        ))
        .await;
    assert!(look(&fixture).await.unwrap().pending.is_empty());
}

async fn a_migration_that_was_another_is_an_error(fixture: Fixture) {
    drop(fixture.open().await);
    let checksum = fixture.tongue("x'00'", "'\\x00'");
    fixture
        .execute(&format!(
            "UPDATE stagedoor_migrations SET checksum = {checksum}"
        ))
        .await;
    let error = look(&fixture).await.unwrap_err();
    assert!(matches!(error, StorageError::Migration(_)), "{error}");
}

#[tokio::test]
async fn a_database_in_memory_is_always_new() {
    let fixture = Fixture::memory().await.unwrap();
    a_new_database_has_every_migration_pending(fixture).await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error() {
    let fixture = Fixture::file().await.unwrap();
    std::fs::create_dir_all(fixture.file_path().parent().unwrap()).unwrap();
    std::fs::write(fixture.file_path(), [b'x'; 4096]).unwrap();
    let error = look(&fixture).await.unwrap_err();
    assert!(matches!(error, StorageError::Query(_)), "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_directory_that_can_not_be_made_is_an_obstacle() {
    let location = DatabaseLocation::SqliteFile("/proc/stagedoor/data.sqlite".into());
    let found = inspect(&location).await.unwrap();
    assert_eq!(found.obstacle, Some(Obstacle::NotWritable("/proc".into())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_rights_is_told_what_is_missing() {
    let Some(mut fixture) = Fixture::postgres().await else {
        return;
    };
    let user = format!("nobody_{}", std::process::id());
    fixture
        .execute(&format!(
            "CREATE ROLE {user} LOGIN; REVOKE CREATE ON SCHEMA public FROM public"
        ))
        .await;
    let DatabaseLocation::Postgres(location) = &mut fixture.location else {
        panic!("not PostgreSQL");
    };
    location.user = Some(user);
    let there = location.database.clone();
    let obstacle = async |location: &_| {
        let location = DatabaseLocation::Postgres(Clone::clone(location));
        inspect(&location).await.unwrap().obstacle
    };
    assert_eq!(obstacle(location).await, Some(Obstacle::MayNotCreateTables));
    location.schema = Some("auth".into());
    assert_eq!(obstacle(location).await, Some(Obstacle::MayNotCreateSchema));
    location.database = Some("not_there".into());
    assert_eq!(
        obstacle(location).await,
        Some(Obstacle::MayNotCreateDatabase)
    );
    location.create_database = false;
    let error = inspect(&fixture.location).await.unwrap_err();
    assert!(matches!(error, StorageError::Query(_)), "{error}");
    // The schema that this user lacks can be made by one who may.
    let DatabaseLocation::Postgres(location) = &mut fixture.location else {
        panic!("not PostgreSQL");
    };
    location.database = there;
    location.user = Some("postgres".into());
    assert_eq!(obstacle(location).await, None);
}

//! The database: reachable, and what opening it would do.

use stagedoor_storage::{DatabaseLocation, open};

use crate::{house::House, support::free_port};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_is_told_until_it_is_done() {
    let house = House::new().await;
    let run = house.check().await;
    run.finds("ok backend.database, reachable", "it will be made");
    run.finds(
        "ok backend.database, migrations",
        "pending, run at the next start: [migrations]",
    );

    let file = house.path().join("data/stagedoor.sqlite");
    open(&DatabaseLocation::SqliteFile(file)).await.unwrap();
    let run = house.check().await;
    run.finds("ok backend.database, migrations", "none pending");
    assert_eq!(run.exit_code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database_is_a_failure() {
    let house = House::new().await;
    std::fs::create_dir(house.path().join("data")).unwrap();
    house.write("data/stagedoor.sqlite", &"x".repeat(4096));
    house
        .check()
        .await
        .complains(1, "failure backend.database, reachable", "not a database");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_can_not_be_made_is_a_failure() {
    let house =
        House::with("backend: { database: { connection: { directory: /proc/none } } }").await;
    house
        .check()
        .await
        .complains(1, "failure backend.database, reachable", "can't be written");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_versions_database_is_a_failure() {
    let house = House::new().await;
    let file = house.path().join("data/stagedoor.sqlite");
    open(&DatabaseLocation::SqliteFile(file.clone()))
        .await
        .unwrap();
    let connection = rusqlite::Connection::open(file).unwrap();
    let change = "UPDATE stagedoor_migrations SET checksum = x'00'";
    connection.execute(change, []).unwrap();
    drop(connection);
    house
        .check()
        .await
        .complains(1, "failure backend.database, migrations", "another version");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_a_failure_without_the_password() {
    let port = free_port();
    let house = House::with(&format!(
        "backend: {{ database: {{ client: pg, connection: {{ host: 127.0.0.1, port: {port}, user: backstage, password: token-hunter2 }} }} }}"
    ))
    .await;
    house.check().await.complains(
        1,
        "failure backend.database, reachable",
        "database backstage_plugin_auth, user backstage",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_memory_is_for_development() {
    let house = House::with("backend: { database: { connection: ':memory:' } }").await;
    let run = house.check().await;
    run.finds("ok backend.database, reachable", "in memory");
    let house = house.set("NODE_ENV", "production");
    house
        .check()
        .await
        .complains(0, "warning backend.database, reachable", "in memory");
}

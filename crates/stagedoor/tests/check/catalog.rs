//! The catalog: reachable, our token accepted, and someone in it.

use crate::{
    backstage::{Believes, catalog},
    house::House,
    support::free_port,
};

/// The catalog at `url`, and what else to say.
fn at(url: &str, more: &str) -> String {
    format!("discovery: {{ endpoints: [{{ target: '{url}', plugins: [catalog] }}] }}\n{more}")
}

const TOKEN: &str = "stagedoor: { catalog: { token: token-hunter2 } }";

/// Where a catalog fetches our keys.
fn keys_of(house: &House) -> String {
    format!(
        "http://127.0.0.1:{}/api/auth/.backstage/auth/v1/jwks.json",
        house.port
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn files_have_to_be_there_and_to_be_valid() {
    let house = House::with("catalog: { locations: [{ type: file, target: ./none.yaml }] }").await;
    house.check().await.complains(
        2,
        "failure catalog, files",
        "none.yaml: there is no such file",
    );
    let house = House::new().await;
    house.write("people.yaml", "kind: User\nmetadata: {}\n");
    house
        .check()
        .await
        .complains(2, "failure catalog, files", "people.yaml:");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_without_users_is_worth_a_warning() {
    let house = House::new().await;
    house.write("people.yaml", "");
    let run = house.check().await;
    run.finds("warning catalog, files", "0 users");
    assert_eq!(run.exit_code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_that_is_away_is_a_failure() {
    let url = format!("http://127.0.0.1:{}/api/catalog", free_port());
    let house = House::with(&at(&url, TOKEN)).await;
    house
        .check()
        .await
        .complains(1, "failure catalog, reachable", "can't be reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_operators_is_accepted_or_not() {
    let url = catalog(Believes::Token("token-hunter2")).await;
    let run = House::with(&at(&url, TOKEN)).await.check().await;
    assert_eq!(run.complaints(), [""; 0]);
    run.finds("ok catalog, token", "accepted");

    let url = catalog(Believes::Nobody).await;
    let run = House::with(&at(&url, TOKEN)).await.check().await;
    run.complains(1, "failure catalog, token", "refused our token");
    run.finds("ok catalog, reachable", &url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_our_own_is_verified_while_the_check_runs() {
    let mut house = House::new().await;
    let url = catalog(Believes::KeysAt(keys_of(&house))).await;
    house.put(&at(&url, ""));
    let run = house.check().await;
    assert_eq!(run.complaints(), [""; 0]);
    run.finds("ok catalog, token", "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_our_own_that_is_refused_is_a_failure_once_our_keys_were_fetched() {
    let mut house = House::new().await;
    let url = catalog(Believes::NobodyAfterKeysAt(keys_of(&house))).await;
    house.put(&at(&url, ""));
    house
        .check()
        .await
        .complains(1, "failure catalog, token", "it fetched our keys");

    let url = catalog(Believes::Nobody).await;
    house.put(&at(&url, ""));
    house
        .check()
        .await
        .complains(0, "warning catalog, token", "did not fetch our keys");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_running_server_our_own_token_can_not_be_judged() {
    let mut house = House::new().await;
    let url = catalog(Believes::Nobody).await;
    house.put(&at(&url, ""));
    let _running = std::net::TcpListener::bind(("127.0.0.1", house.port)).unwrap();
    house
        .check()
        .await
        .complains(0, "warning catalog, token", "can't be told");
}

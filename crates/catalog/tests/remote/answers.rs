//! What is asked, and what is found.

use std::{sync::Arc, time::Duration};

use stagedoor_catalog::{Catalog, EntityFilter};
use stagedoor_identity::EntityRef;

use crate::support::{Credentials, Reply, TOKEN, TestCatalog, ada, ada_ref, by_email, error};

#[tokio::test]
async fn finds_by_filter_with_a_token() {
    let catalog = TestCatalog::with([Reply::Json(200, serde_json::json!([ada()]))]).await;
    let found = catalog
        .client()
        .entities_by_filter(&by_email())
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].entity_ref(), ada_ref());
    assert_eq!(found[0].relations[0].target_ref, "group:default/analysts");
    let seen = &catalog.seen()[0];
    assert_eq!(seen.path, "/api/catalog/entities");
    assert_eq!(
        seen.query,
        "filter=kind%3Duser%2Cspec.profile.email%3Dada%40example.com"
    );
    assert_eq!(seen.authorization, format!("Bearer {TOKEN}"));
}

#[tokio::test]
async fn finds_by_name() {
    let catalog = TestCatalog::with([Reply::Json(200, ada())]).await;
    let found = catalog.client().entity_by_ref(&ada_ref()).await.unwrap();
    assert_eq!(found.unwrap().entity_ref(), ada_ref());
    assert_eq!(
        catalog.seen()[0].path,
        "/api/catalog/entities/by-name/user/default/ada"
    );
}

#[tokio::test]
async fn somebody_unknown_is_nobody() {
    let not_found = || error(404, "NotFoundError", "No entity named 'ada' found");
    let catalog = TestCatalog::with([not_found(), Reply::Json(200, serde_json::json!([]))]).await;
    let client = catalog.client();
    assert_eq!(client.entity_by_ref(&ada_ref()).await.unwrap(), None);
    assert_eq!(client.entities_by_filter(&by_email()).await.unwrap(), []);
}

#[tokio::test]
async fn what_cannot_be_asked_is_nobody_and_is_not_asked() {
    let catalog = TestCatalog::with([Reply::Json(200, serde_json::json!([ada()]))]).await;
    let client = catalog.client();
    let injected = "eve@example.com,spec.profile.email=ada@example.com";
    let filter = EntityFilter::all_of([("spec.profile.email", injected)]);
    assert_eq!(client.entities_by_filter(&filter).await.unwrap(), []);
    let climber = EntityRef::new("user", "default", "..");
    assert_eq!(client.entity_by_ref(&climber).await.unwrap(), None);
    assert!(catalog.seen().is_empty());
}

#[tokio::test]
async fn says_where_it_is_and_no_more() {
    let catalog = TestCatalog::with([]).await;
    let client = catalog.client_with(Duration::from_secs(1), Arc::new(Credentials::default()));
    let expected = format!("http://{}/api/catalog", catalog.address);
    assert_eq!(client.base_url().as_str(), expected);
    assert!(!format!("{client:?}").contains(TOKEN));
}

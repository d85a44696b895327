//! One question for many who ask it, and how long an answer counts.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use serde_json::json;
use stagedoor_catalog::{Catalog, EntityFilter, MAX_STALENESS};

use crate::support::{Credentials, Reply, TestCatalog, ada, ada_ref, by_email, error, reason};

const MOMENT: SignedDuration = SignedDuration::from_millis(1);

#[tokio::test]
async fn a_hundred_at_once_are_one_request() {
    let catalog = TestCatalog::with([Reply::Held(json!([ada()]))]).await;
    let client = Arc::new(catalog.client());
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.entities_by_filter(&by_email()).await })
        })
        .collect();
    catalog.until_seen(1).await;
    catalog.go_on();
    for answer in asking {
        assert_eq!(answer.await.unwrap().unwrap().len(), 1);
    }
    assert_eq!(catalog.seen().len(), 1);
}

#[tokio::test]
async fn a_failure_is_shared_and_not_remembered() {
    let catalog = TestCatalog::with([
        error(500, "Error", "out of order"),
        Reply::Json(200, json!([ada()])),
    ])
    .await;
    let client = catalog.client();
    let filter = by_email();
    let (one, two) = tokio::join!(
        client.entities_by_filter(&filter),
        client.entities_by_filter(&filter)
    );
    assert_eq!(reason(one.unwrap_err()), reason(two.unwrap_err()));
    assert_eq!(catalog.seen().len(), 1);
    assert_eq!(
        client.entities_by_filter(&by_email()).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn different_questions_are_asked_apart() {
    let catalog = TestCatalog::with([
        Reply::Json(200, ada()),
        Reply::Json(200, json!([ada()])),
        Reply::Json(200, json!([])),
    ])
    .await;
    let client = catalog.client();
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    assert_eq!(
        client.entities_by_filter(&by_email()).await.unwrap().len(),
        1
    );
    let other = EntityFilter::all_of([("spec.profile.email", "bob@example.com")]);
    assert_eq!(client.entities_by_filter(&other).await.unwrap(), []);
    assert_eq!(catalog.seen().len(), 3);
}

#[tokio::test]
async fn an_answer_counts_until_it_is_stale() {
    let catalog = TestCatalog::with([
        Reply::Json(200, ada()),
        error(404, "NotFoundError", "No entity named 'ada'"),
    ])
    .await;
    let client = catalog.client();
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    catalog.clock.advance(MAX_STALENESS - MOMENT);
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    assert_eq!(catalog.seen().len(), 1);
    catalog.clock.advance(MOMENT);
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_none());
    assert_eq!(catalog.seen().len(), 2);
}

#[tokio::test]
async fn an_answer_counts_from_when_it_was_asked_for() {
    let catalog = TestCatalog::with([Reply::Held(ada()), Reply::Json(200, ada())]).await;
    let client = Arc::new(catalog.client());
    let asking = tokio::spawn({
        let client = client.clone();
        async move { client.entity_by_ref(&ada_ref()).await }
    });
    catalog.until_seen(1).await;
    catalog.clock.advance(MAX_STALENESS);
    catalog.go_on();
    assert!(asking.await.unwrap().unwrap().is_some());
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    assert_eq!(catalog.seen().len(), 2);
}

#[tokio::test]
async fn nobody_joins_a_look_up_that_began_too_long_ago() {
    let catalog = TestCatalog::with([Reply::Held(ada()), Reply::Json(200, ada())]).await;
    let client = Arc::new(catalog.client());
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.entity_by_ref(&ada_ref()).await }
    });
    catalog.until_seen(1).await;
    catalog.clock.advance(MAX_STALENESS);
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    assert_eq!(catalog.seen().len(), 2);
    catalog.go_on();
    assert!(slow.await.unwrap().unwrap().is_some());
}

#[tokio::test]
async fn a_clock_set_back_makes_nothing_last_longer() {
    let catalog = TestCatalog::with([Reply::Json(200, ada())]).await;
    let client = catalog.client();
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    catalog.clock.advance(-SignedDuration::from_hours(1));
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    assert_eq!(catalog.seen().len(), 2);
}

#[tokio::test]
async fn nobody_is_never_remembered() {
    let catalog = TestCatalog::with([
        error(404, "NotFoundError", "No entity named 'ada'"),
        Reply::Json(200, ada()),
        Reply::Json(200, json!([])),
        Reply::Json(200, json!([ada()])),
    ])
    .await;
    let client = catalog.client();
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_none());
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    assert_eq!(client.entities_by_filter(&by_email()).await.unwrap(), []);
    assert_eq!(
        client.entities_by_filter(&by_email()).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn who_waits_is_served_when_the_first_one_goes() {
    let catalog = TestCatalog::with([Reply::Held(ada())]).await;
    let client = Arc::new(catalog.client());
    let ask = || {
        let client = client.clone();
        tokio::spawn(async move { client.entity_by_ref(&ada_ref()).await })
    };
    let first = ask();
    catalog.until_seen(1).await;
    let second = ask();
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.is_err());
    catalog.go_on();
    assert!(second.await.unwrap().unwrap().is_some());
    assert_eq!(catalog.seen().len(), 1);
}

#[tokio::test]
async fn a_look_up_all_have_left_is_asked_anew() {
    let catalog = TestCatalog::with([Reply::Held(ada()), Reply::Json(200, ada())]).await;
    let client =
        Arc::new(catalog.client_with(Duration::from_secs(10), Arc::new(Credentials::default())));
    let only = tokio::spawn({
        let client = client.clone();
        async move { client.entity_by_ref(&ada_ref()).await }
    });
    catalog.until_seen(1).await;
    only.abort();
    assert!(only.await.is_err());
    assert!(client.entity_by_ref(&ada_ref()).await.unwrap().is_some());
    assert_eq!(catalog.seen().len(), 2);
}

//! A provider that is down, comes, goes and comes again.

use serde_json::json;
use stagedoor_oidc::ProviderStatus;

use crate::support::{Client, Endpoint, Reply, refused};

#[tokio::test]
async fn nothing_is_asked_before_it_is_needed() {
    let client = Client::new().await;
    assert_eq!(client.party.status(), ProviderStatus::NotTried);
    assert_eq!(client.provider.count(Endpoint::Discovery), 0);
}

#[tokio::test]
async fn a_provider_down_at_start_is_picked_up_when_it_comes() {
    let client = Client::new().await;
    client.provider.fail(Endpoint::Discovery);
    let error = client.party.metadata().await.unwrap_err();
    assert!(error.is_transient());
    let ProviderStatus::Unavailable { reason, .. } = client.party.status() else {
        panic!("{:?}", client.party.status());
    };
    assert!(reason.contains("503"), "{reason}");

    client.provider.reply(Endpoint::Discovery, None);
    assert_eq!(client.party.metadata().await.unwrap_err(), error, "pausing");
    client.advance(1);
    client.sign_in().await.unwrap();
    let ready = ProviderStatus::Ready {
        issuer: client.provider.issuer.to_string(),
        since: jiff::Timestamp::from_second(client.now()).unwrap(),
    };
    assert_eq!(client.party.status(), ready);
}

#[tokio::test]
async fn pauses_double_up_to_a_minute() {
    let client = Client::new().await;
    client.provider.fail(Endpoint::Discovery);
    for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
        let before = client.provider.count(Endpoint::Discovery);
        client.party.metadata().await.unwrap_err();
        assert_eq!(client.provider.count(Endpoint::Discovery), before + 1);
        client.advance(pause - 1);
        client.party.metadata().await.unwrap_err();
        assert_eq!(
            client.provider.count(Endpoint::Discovery),
            before + 1,
            "{pause}"
        );
        client.advance(1);
    }
}

#[tokio::test]
async fn a_clock_set_back_does_not_prolong_a_pause() {
    let client = Client::new().await;
    client.provider.fail(Endpoint::Discovery);
    client.party.metadata().await.unwrap_err();
    client.provider.reply(Endpoint::Discovery, None);
    client.advance(-3600);
    client.party.metadata().await.unwrap();
}

#[tokio::test]
async fn fifty_waiters_share_one_fetch() {
    for fails in [false, true] {
        let client = Client::new().await;
        if fails {
            client.provider.fail(Endpoint::Discovery);
        }
        let waiters: Vec<_> = (0..50)
            .map(|_| {
                let party = client.party.clone();
                tokio::spawn(async move { party.metadata().await.is_err() })
            })
            .collect();
        for waiter in waiters {
            assert_eq!(waiter.await.unwrap(), fails);
        }
        assert_eq!(client.provider.count(Endpoint::Discovery), 1);
    }
}

#[tokio::test]
async fn a_waiter_that_gives_up_does_not_block_the_others() {
    let client = Client::new().await;
    let party = client.party.clone();
    let hasty = tokio::spawn(async move { party.metadata().await });
    tokio::task::yield_now().await;
    hasty.abort();
    client.party.metadata().await.unwrap();
}

#[tokio::test]
async fn the_last_good_metadata_serves_on_during_an_outage() {
    let client = Client::new().await;
    client.party.metadata().await.unwrap();
    client.provider.fail(Endpoint::Discovery);
    client.advance(7 * 24 * 3600);
    client.party.metadata().await.unwrap();
    while client.provider.count(Endpoint::Discovery) < 2 {
        tokio::task::yield_now().await;
    }
    client.sign_in().await.unwrap();
    assert!(matches!(
        client.party.status(),
        ProviderStatus::Ready { .. }
    ));
}

#[tokio::test]
async fn a_refused_connection_is_an_outage_that_names_the_place() {
    let client = Client::with(|settings| {
        settings.metadata_url = "http://127.0.0.1:1".parse().unwrap();
    })
    .await;
    let error = client.party.metadata().await.unwrap_err();
    assert!(error.is_transient());
    let shown = error.to_string();
    assert!(
        shown.contains("http://127.0.0.1:1/.well-known/openid-configuration"),
        "{shown}"
    );
    assert!(shown.to_lowercase().contains("refused"), "{shown}");
}

#[tokio::test]
async fn a_missing_document_is_an_outage_not_a_verdict() {
    let client = Client::new().await;
    let reply = Reply::json(404, &json!({}));
    client.provider.reply(Endpoint::Discovery, Some(reply));
    assert_eq!(
        refused(client.party.metadata().await),
        "provider_unavailable"
    );
}

#[tokio::test]
async fn keeping_current_fetches_ahead_of_need() {
    let client = Client::new().await;
    client.party.keep_current().await.unwrap();
    client.party.keep_current().await.unwrap();
    assert_eq!(client.provider.count(Endpoint::Discovery), 1);
    assert_eq!(client.provider.count(Endpoint::Jwks), 1);
}

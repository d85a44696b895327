//! Catalogs that are down, slow, offended or hostile.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_trait::async_trait;
use axum::{body::Body, http::Response};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::json;
use stagedoor_ambient::ManualClock;
use stagedoor_catalog::{
    Catalog, CatalogCredentials, CatalogError, CatalogToken, NoCatalogToken, RemoteCatalog,
    RemoteCatalogError, RemoteCatalogSettings,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::{
    Credentials, Reply, TestCatalog, ada, ada_ref, by_email, client, error, reason,
};

/// Why a look-up by filter fails.
async fn failure(client: &RemoteCatalog) -> String {
    reason(client.entities_by_filter(&by_email()).await.unwrap_err())
}

fn raw(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Reply::Raw(response.body(body.into()).unwrap())
}

#[rstest]
#[case(502)]
#[case(503)]
#[case(504)]
#[tokio::test]
async fn asks_up_to_three_times_while_it_comes_up(#[case] status: u16) {
    let starting = || error(status, "ServiceUnavailableError", "not started up yet");
    let found = Reply::Json(200, json!([ada()]));
    let catalog = TestCatalog::with([starting(), starting(), found]).await;
    let credentials = Arc::new(Credentials::default());
    let client = catalog.client_with(Duration::from_secs(10), credentials.clone());
    assert_eq!(
        client.entities_by_filter(&by_email()).await.unwrap().len(),
        1
    );
    assert_eq!(catalog.seen().len(), 3);
    assert_eq!(credentials.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn gives_up_after_three_times() {
    let catalog = TestCatalog::with([error(503, "ServiceUnavailableError", "not yet")]).await;
    let reason = failure(&catalog.client()).await;
    assert!(
        reason.ends_with("/api/catalog/entities answered 503 (ServiceUnavailableError: not yet)"),
        "{reason}"
    );
    assert_eq!(catalog.seen().len(), 3);
}

#[rstest]
#[case(400)]
#[case(429)]
#[case(500)]
#[case(204)]
#[tokio::test]
async fn asks_once_where_asking_again_is_no_use(#[case] status: u16) {
    let catalog = TestCatalog::with([raw(status, &[], "")]).await;
    let reason = failure(&catalog.client()).await;
    assert!(reason.ends_with(&format!("answered {status}")), "{reason}");
    assert_eq!(catalog.seen().len(), 1);
}

#[rstest]
#[case(401, "AuthenticationError", "Failed plugin token verification")]
#[case(403, "NotAllowedError", "Access restricted")]
#[tokio::test]
async fn says_plainly_that_the_token_is_refused(
    #[case] status: u16,
    #[case] name: &str,
    #[case] message: &str,
) {
    let catalog = TestCatalog::with([error(status, name, message)]).await;
    let client = catalog.client();
    let refused = client.entities_by_filter(&by_email()).await.unwrap_err();
    assert!(
        matches!(refused, CatalogError::Refused { .. }),
        "{refused:?}"
    );
    let expected = format!(
        "the catalog refused our token: http://{}/api/catalog/entities answered \
         {status} ({name}: {message}). Have a look at the token of the tests.",
        catalog.address
    );
    assert_eq!(refused.to_string(), expected);
    assert_eq!(catalog.seen().len(), 1);
}

#[tokio::test]
async fn says_that_it_cannot_be_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let credentials = Arc::new(Credentials::default());
    let client = client(address, Duration::from_secs(10), credentials.clone(), clock);
    let reason = failure(&client).await;
    assert!(reason.contains("can't be reached"), "{reason}");
    assert!(reason.contains("refused"), "the cause: {reason}");
    assert_eq!(credentials.asked.load(Ordering::SeqCst), 3);
}

async fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        for half in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n["] {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            stream.write_all(half.as_bytes()).await.unwrap();
        }
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]";
        stream.write_all(whole).await.unwrap();
    });
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let credentials = Arc::new(Credentials::default());
    let client = client(address, Duration::from_secs(10), credentials, clock);
    assert_eq!(client.entities_by_filter(&by_email()).await.unwrap(), []);
    server.await.unwrap();
}

#[tokio::test]
async fn waits_no_longer_than_it_is_told() {
    let catalog = TestCatalog::with([Reply::Held(json!([]))]).await;
    let timeout = Duration::from_secs(1);
    let client = catalog.client_with(timeout, Arc::new(Credentials::default()));
    let reason = failure(&client).await;
    assert!(reason.ends_with("did not answer within 1 s"), "{reason}");
    assert_eq!(catalog.seen().len(), 1);
}

#[tokio::test]
async fn repeated_attempts_share_one_time_limit() {
    let catalog = TestCatalog::with([
        error(503, "ServiceUnavailableError", "not yet"),
        Reply::Held(json!([])),
    ])
    .await;
    let timeout = Duration::from_secs(2);
    let client = catalog.client_with(timeout, Arc::new(Credentials::default()));
    let reason = failure(&client).await;
    assert!(reason.ends_with("did not answer within 2 s"), "{reason}");
    assert_eq!(catalog.seen().len(), 2);
}

#[tokio::test]
async fn a_trickle_does_not_go_on_for_ever() {
    let trickle = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, std::io::Error>(" "), ()))
    });
    let catalog = TestCatalog::with([raw(200, &[], Body::from_stream(trickle))]).await;
    let timeout = Duration::from_secs(1);
    let client = catalog.client_with(timeout, Arc::new(Credentials::default()));
    let reason = failure(&client).await;
    assert!(reason.contains("did not answer within"), "{reason}");
}

#[tokio::test]
async fn reads_no_more_than_a_mebibyte() {
    let flood = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'['; 4096]));
    let catalog = TestCatalog::with([raw(200, &[], Body::from_stream(flood))]).await;
    let reason = failure(&catalog.client()).await;
    assert!(
        reason.ends_with("answered with more than 1048576 bytes"),
        "{reason}"
    );
}

#[tokio::test]
async fn follows_no_redirect() {
    let elsewhere = TestCatalog::with([Reply::Json(200, json!([ada()]))]).await;
    let target = format!("http://{}/api/catalog/entities?filter=a", elsewhere.address);
    let catalog = TestCatalog::with([raw(302, &[("location", &target)], "")]).await;
    let reason = failure(&catalog.client()).await;
    let expected = format!(
        "redirects to http://{}/api/catalog/entities; redirects are not followed",
        elsewhere.address
    );
    assert!(reason.ends_with(&expected), "{reason}");
    assert!(elsewhere.seen().is_empty());
}

#[rstest]
#[case::no_json("<!doctype html><title>app</title>".to_owned())]
#[case::too_deep("[".repeat(100_000))]
#[case::another_person(json!([{"kind": "User", "metadata": {"name": "boss"}, "spec": {"profile": {"email": "boss@x"}}}]).to_string())]
#[case::no_list(json!({"items": [ada()]}).to_string())]
#[case::empty(String::new())]
#[case::no_text("\u{0}\u{1}".to_owned())]
#[tokio::test]
async fn believes_no_stranger(#[case] body: String) {
    let catalog = TestCatalog::with([raw(200, &[], body)]).await;
    let reason = failure(&catalog.client()).await;
    assert!(reason.contains("as no Backstage catalog does"), "{reason}");
}

#[rstest]
#[case(raw(404, &[], ""))]
#[case(raw(404, &[], "<h1>no such page</h1>"))]
#[case(error(404, "SomethingElse", "no such page"))]
#[tokio::test]
async fn no_catalog_at_all_is_not_somebody_unknown(#[case] reply: Reply) {
    let catalog = TestCatalog::with([reply]).await;
    let answer = catalog.client().entity_by_ref(&ada_ref()).await;
    let reason = reason(answer.unwrap_err());
    assert!(reason.contains("there is no such page"), "{reason}");
}

#[tokio::test]
async fn keeps_a_long_or_forged_message_short_and_on_one_line() {
    let message = format!("a\nb\u{1b}[31m{}", "x".repeat(100_000));
    let catalog = TestCatalog::with([error(400, "InputError", &message)]).await;
    let reason = failure(&catalog.client()).await;
    assert!(!reason.contains(char::is_control), "{reason:?}");
    assert!(reason.len() < 600, "{} bytes", reason.len());
}

struct Broke;

#[async_trait]
impl CatalogCredentials for Broke {
    async fn authorization(&self) -> Result<CatalogToken, NoCatalogToken> {
        Err(NoCatalogToken::because("the database is away"))
    }

    fn when_refused(&self) -> &str {
        ""
    }
}

struct Odd;

#[async_trait]
impl CatalogCredentials for Odd {
    async fn authorization(&self) -> Result<CatalogToken, NoCatalogToken> {
        Ok(CatalogToken::new("two\r\nlines".to_owned()))
    }

    fn when_refused(&self) -> &str {
        ""
    }
}

#[rstest]
#[case(Arc::new(Broke), "the database is away")]
#[case(Arc::new(Odd), "no HTTP header may hold")]
#[tokio::test]
async fn asks_nothing_without_a_token(
    #[case] credentials: Arc<dyn CatalogCredentials>,
    #[case] expected: &str,
) {
    let catalog = TestCatalog::with([Reply::Json(200, json!([]))]).await;
    let client = catalog.client_with(Duration::from_secs(10), credentials);
    let reason = failure(&client).await;
    assert!(reason.contains(expected), "{reason}");
    assert!(!reason.contains("lines"), "{reason}");
    assert!(catalog.seen().is_empty());
}

#[tokio::test]
async fn recovers_by_itself() {
    let catalog = TestCatalog::with([error(500, "Error", "out of order")]).await;
    let client = catalog.client();
    failure(&client).await;
    catalog.next_replies([Reply::Json(200, json!([ada()]))]);
    assert_eq!(
        client.entities_by_filter(&by_email()).await.unwrap().len(),
        1
    );
}

#[rstest]
#[case("ftp://backstage/api/catalog", "http:// or https://")]
#[case("http+srv://backstage/api/catalog", "http:// or https://")]
#[case("http://user:secret@backstage/api/catalog", "password")]
#[case("http://backstage/api/catalog?a=b", "end with its path")]
#[case("http://backstage/api/catalog#a", "end with its path")]
fn refuses_a_base_url_that_is_none(#[case] url: &str, #[case] expected: &str) {
    let refused = RemoteCatalog::new(
        RemoteCatalogSettings::at(url.parse().unwrap()),
        Arc::new(Credentials::default()),
        Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)),
    );
    let Err(error @ RemoteCatalogError::BaseUrl { .. }) = refused else {
        panic!("{refused:?}");
    };
    let text = error.to_string();
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn hides_the_token() {
    let token = CatalogToken::new("secret".to_owned());
    assert!(!format!("{token:?}").contains("secret"));
}

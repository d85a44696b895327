//! A network that is sick, or a provider that makes it so. Every call has one
//! deadline from connecting to the last byte, reads a bounded answer, and
//! follows no redirect.

use std::time::Duration;

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::json;
use stagedoor_demo_idp::{
    Endpoint,
    hostile::{Lie, SickServer, Sickness, discovery},
};

use crate::support::{Browser, House, Plan, ada_again};

const AWAY: &str = "provider_unavailable";
/// Long enough for every honest call, on a busy machine too.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The most that is read of one answer.
const LIMIT: u64 = 1 << 20;
/// What two sockets' buffers hold besides.
const BUFFERS: u64 = 8 << 20;

/// Which endpoint is sick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Metadata,
    Keys,
    Token,
    Userinfo,
}

const ALL: [At; 4] = [At::Metadata, At::Keys, At::Token, At::Userinfo];

fn impatient() -> Plan {
    Plan {
        timeout: TIMEOUT,
        ..Plan::default()
    }
}

/// A house whose provider is sick at one endpoint, and what stands in there.
async fn sick(at: At, sickness: Sickness) -> (SickServer, House) {
    let server = SickServer::start(sickness).await.unwrap();
    let url = server.url();
    let lie = match at {
        At::Metadata => {
            let plan = Plan {
                metadata_url: Some(url.to_owned()),
                ..impatient()
            };
            return (server, House::open(plan).await);
        }
        At::Keys => discovery::says("jwks_uri", url),
        At::Token => discovery::says("token_endpoint", url),
        At::Userinfo => discovery::says("userinfo_endpoint", url),
    };
    let plan = Plan {
        lie: Some(lie),
        ..impatient()
    };
    (server, House::open(plan).await)
}

/// Wherever the provider is so sick, nobody gets in, and the log says `what`.
async fn refused_everywhere(sickness: impl Fn() -> Sickness, what: &str) {
    for at in ALL {
        let (server, house) = sick(at, sickness()).await;
        house.lets_nobody_in(AWAY).await;
        house.log_says(what);
        assert!(server.asked() > 0, "{at:?}");
    }
}

/// The same, and no more than a bounded part of the answer is taken.
async fn refused_everywhere_early(sickness: impl Fn() -> Sickness, what: &str) {
    for at in ALL {
        let (server, house) = sick(at, sickness()).await;
        house.lets_nobody_in(AWAY).await;
        house.log_says(what);
        let most = server.asked() * (LIMIT + BUFFERS);
        assert!(server.taken() <= most, "{at:?}: {}", server.taken());
    }
}

#[tokio::test]
async fn honest_network() {
    House::open(impatient()).await.lets_ada_in().await;
}

#[tokio::test]
async fn honest_after_an_outage() {
    let house = House::open(impatient()).await;
    for endpoint in [Endpoint::Token, Endpoint::UserInfo] {
        house
            .idp
            .control
            .fail_times(endpoint, StatusCode::BAD_GATEWAY, 1);
        let answer = Browser::new().sign_in(&house).await;
        assert_eq!(answer.message()["error"]["code"], AWAY);
    }
    house.signed_in().await;
}

/// An honest answer that is as long as an honest answer gets.
#[tokio::test]
async fn honest_long_answer() {
    let lie = Lie::new().userinfo(|claims| {
        claims.insert(
            "groups".into(),
            json!(vec!["a-group-of-some-length"; 10_000]),
        );
    });
    let house = House::new().await;
    house.lies(lie);
    house.lets_ada_in().await;
}

#[tokio::test]
async fn silence() {
    refused_everywhere(|| Sickness::Silence, "no answer in time").await;
}

#[tokio::test]
async fn headers_that_drip() {
    let drip = || Sickness::SlowHeaders(Duration::from_millis(20));
    refused_everywhere(drip, "no answer in time").await;
}

#[tokio::test]
async fn body_that_drips() {
    let drip = || Sickness::SlowBody(Duration::from_millis(20));
    refused_everywhere(drip, "no answer in time").await;
}

#[tokio::test]
async fn connection_closed_at_once() {
    refused_everywhere(|| Sickness::HangsUp, "/sick").await;
}

#[tokio::test]
async fn connection_closed_mid_answer() {
    refused_everywhere(|| Sickness::HangsUpHalfWay, "/sick").await;
}

#[tokio::test]
async fn no_http() {
    refused_everywhere(|| Sickness::NoHttp, "/sick").await;
}

#[tokio::test]
async fn body_without_end() {
    refused_everywhere_early(|| Sickness::EndlessBody, "more than 1048576 bytes").await;
}

#[tokio::test]
async fn json_of_ten_megabytes() {
    let body = json!({"access_token": "a".repeat(10_000_000)}).to_string();
    let huge = || Sickness::answers(200, "application/json", body.clone());
    refused_everywhere_early(huge, "more than 1048576 bytes").await;
}

#[tokio::test]
async fn headers_without_end() {
    refused_everywhere_early(|| Sickness::EndlessHeaders, "/sick").await;
}

/// Statuses that announce another, for ever.
#[tokio::test]
async fn interim_answers_without_end() {
    refused_everywhere(|| Sickness::EndlessInterim, "/sick").await;
}

#[tokio::test]
async fn json_nested_without_end() {
    let deep = || Sickness::answers(200, "application/json", "[".repeat(500_000));
    refused_everywhere(deep, "not JSON").await;
}

#[tokio::test]
async fn json_cut_off() {
    let cut = || Sickness::answers(200, "application/json", r#"{"access_token": "a"#);
    refused_everywhere(cut, "not JSON").await;
}

#[tokio::test]
async fn empty_answer() {
    refused_everywhere(
        || Sickness::answers(200, "application/json", ""),
        "not JSON",
    )
    .await;
}

/// The login page of some proxy, with what would do as JSON.
#[tokio::test]
async fn wrong_content_type() {
    let page = || Sickness::answers(200, "text/html", r#"{"keys": []}"#);
    refused_everywhere(page, "'text/html', not JSON").await;
}

/// Compression was not asked for: nothing is unpacked, however small it is.
#[tokio::test]
async fn compressed_answer() {
    let packed = || Sickness::Answers {
        status: 200,
        headers: vec![
            ("Content-Type", "application/json".to_owned()),
            ("Content-Encoding", "gzip".to_owned()),
        ],
        body: "\u{1f}\u{8}\u{0}".to_owned(),
    };
    refused_everywhere(packed, "not JSON").await;
}

#[tokio::test]
async fn status_500() {
    let broken = || Sickness::answers(500, "application/json", "{}");
    refused_everywhere(broken, "answered 500").await;
}

#[tokio::test]
async fn status_503() {
    let busy = || Sickness::answers(503, "text/html", "<h1>Busy</h1>");
    refused_everywhere(busy, "answered 503").await;
}

#[tokio::test]
async fn status_429() {
    let busy = || Sickness::answers(429, "application/json", "{}");
    refused_everywhere(busy, "answered 429").await;
}

/// Where client secret and code would go on to: into our own network.
#[rstest]
#[case(301)]
#[case(302)]
#[case(303)]
#[case(307)]
#[case(308)]
#[tokio::test]
async fn redirect_to_a_private_address(#[case] status: u16) {
    let bait = SickServer::start(Sickness::Silence).await.unwrap();
    let away = || Sickness::redirects(status, bait.url());
    refused_everywhere(away, "redirects are not followed").await;
    assert_eq!(bait.asked(), 0);
}

#[tokio::test]
async fn redirect_to_a_file() {
    let away = || Sickness::redirects(302, "file:///etc/passwd");
    refused_everywhere(away, "redirects are not followed").await;
}

#[tokio::test]
async fn nobody_listens() {
    let lie = discovery::says("token_endpoint", "http://127.0.0.1:1/token");
    let house = House::open(Plan {
        lie: Some(lie),
        ..impatient()
    })
    .await;
    house.lets_nobody_in(AWAY).await;
}

#[tokio::test]
async fn host_that_does_not_exist() {
    let lie = discovery::says("token_endpoint", "http://nowhere.invalid/token");
    let house = House::open(Plan {
        lie: Some(lie),
        ..impatient()
    })
    .await;
    house.lets_nobody_in(AWAY).await;
}

/// Ten at once take ten times as much, and no more.
#[tokio::test]
async fn body_without_end_for_many_at_once() {
    let (server, house) = sick(At::Token, Sickness::EndlessBody).await;
    let browsers: Vec<_> = (0..10).map(|_| Browser::new()).collect();
    let signing_in = browsers.iter().map(|browser| browser.sign_in(&house));
    for answer in futures_util::future::join_all(signing_in).await {
        assert_eq!(answer.message()["error"]["code"], AWAY);
    }
    assert_eq!(server.asked(), 10);
    assert!(
        server.taken() <= 10 * (LIMIT + BUFFERS),
        "{}",
        server.taken()
    );
    assert_eq!(house.sessions().await, 0);
}

/// A session outlives the sickness of its provider.
#[tokio::test]
async fn refresh_in_an_outage() {
    let house = House::open(impatient()).await;
    let browser = house.signed_in().await;
    house
        .idp
        .control
        .fail(Endpoint::Token, StatusCode::INTERNAL_SERVER_ERROR);
    house.refuses_a_refresh(&browser.refresh(&house).await, AWAY);
    house.idp.control.restore(Endpoint::Token);
    ada_again(&house, &browser).await;
}

#[tokio::test]
async fn refresh_that_takes_too_long() {
    let house = House::open(impatient()).await;
    let browser = house.signed_in().await;
    house.idp.control.delay(Endpoint::Token, 10 * TIMEOUT);
    house.refuses_a_refresh(&browser.refresh(&house).await, AWAY);
    house.idp.control.restore(Endpoint::Token);
    ada_again(&house, &browser).await;
}

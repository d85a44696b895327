//! What the tests are played with: [`House`] is the service with everything it
//! depends on, [`Browser`] is a cookie jar that walks through the flows.

mod browser;
mod catalog;
mod house;
mod info;
mod log;
mod provider;
mod storage;

pub(crate) use browser::Browser;
pub(crate) use catalog::{FakeCatalog, group_members, user};
pub(crate) use house::{APP, ENVIRONMENT, House, ISSUER, Plan, SECRET};
pub(crate) use info::{info, info_with_id_token};
pub(crate) use log::Log;
pub(crate) use provider::FakeProvider;
pub(crate) use storage::FaultyStorage;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use stagedoor_signin::SignInError;

/// Lets every task that can go on go on until it waits for something else.
/// Tests run on one thread, where tasks take turns in order.
pub(crate) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// The reason inside "Refresh failed".
#[track_caller]
pub(crate) fn cause<T: std::fmt::Debug>(outcome: Result<T, SignInError>) -> SignInError {
    match outcome {
        Err(SignInError::RefreshFailed(cause)) => *cause,
        other => panic!("not a failed refresh: {other:?}"),
    }
}

/// The same session id with another secret half.
pub(crate) fn with_wrong_secret(cookie: &str) -> String {
    let mut bytes = URL_SAFE_NO_PAD
        .decode(cookie.strip_prefix("sd1.").unwrap())
        .unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    format!("sd1.{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// What must never be told to a client: what a fake's failure says inside.
#[track_caller]
pub(crate) fn tells_no_internals(error: &SignInError) {
    let told = error.to_string();
    for secret in [
        "the network is down",
        "catalog.internal",
        "secret internals",
    ] {
        assert!(!told.contains(secret), "{told}");
        assert!(error.detail().contains(secret) || !format!("{error:?}").contains(secret));
    }
}

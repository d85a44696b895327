//! The backend, a provider that lies, a browser, and what must hold after.

mod browser;
mod eavesdropper;
mod frame;
mod house;
mod log;
mod plan;
mod tls;
mod verdict;

pub(crate) use browser::{Answer, Browser};
pub(crate) use house::{ADA, CLIENT_SECRET, House};
pub(crate) use plan::Plan;
pub(crate) use tls::{Authority, TlsFront, Validity};

use std::sync::LazyLock;

use stagedoor_demo_idp::hostile::{Forger, Lie};

/// A provider that tells this lie lets nobody in, and the log calls the broken
/// rule `code`.
pub(crate) async fn refused(lie: Lie, code: &str) {
    refused_by(Plan::default(), lie, code).await;
}

/// As [`refused`], with settings of one's own.
pub(crate) async fn refused_by(plan: Plan, lie: Lie, code: &str) {
    let house = House::open(plan).await;
    house.lies(lie);
    house.lets_nobody_in(code).await;
}

/// A provider that tells this lie lets people in.
pub(crate) async fn accepted(lie: Lie) {
    accepted_by(Plan::default(), lie).await;
}

/// As [`accepted`], with settings of one's own.
pub(crate) async fn accepted_by(plan: Plan, lie: Lie) {
    let house = House::open(plan).await;
    house.lies(lie);
    house.lets_ada_in().await;
}

/// Someone with an RSA key, in all tests the same: making one takes a while.
pub(crate) fn forger() -> Forger {
    static FORGER: LazyLock<Forger> = LazyLock::new(|| Forger::rsa().unwrap());
    FORGER.clone()
}

/// Someone else with an RSA key.
pub(crate) fn stranger() -> Forger {
    static STRANGER: LazyLock<Forger> = LazyLock::new(|| Forger::rsa().unwrap());
    STRANGER.clone().called("stranger")
}

/// The session in `browser` goes on.
pub(crate) async fn ada_again(house: &House, browser: &Browser) {
    let answer = browser.refresh(house).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    House::is_a_session(&answer.message());
}

//! A session secret is replaced: what is stored is sealed anew, and the old
//! one removed.

use std::sync::Arc;

use secrecy::SecretString;
use stagedoor_ambient::SystemEntropy;
use stagedoor_signin::{
    Keychain,
    session::{Resealed, reseal_sessions},
};

use crate::support::{Browser, House, Plan, SECRET, cause};

const NEW: &str = "a new secret";

fn keychain(secrets: &[&str]) -> Keychain {
    let secrets: Vec<_> = secrets.iter().copied().map(SecretString::from).collect();
    Keychain::from_secrets(&secrets).unwrap()
}

async fn reseal(house: &House, secrets: &[&str]) -> Resealed {
    let entropy = SystemEntropy::default();
    let keychain = keychain(secrets);
    let resealing = reseal_sessions(&*house.storage, &keychain, &*house.clock, &entropy);
    resealing.await.unwrap()
}

fn node(house: &House, secrets: Vec<&'static str>) -> House {
    house.another_node(&Plan {
        secrets,
        ..Plan::default()
    })
}

#[tokio::test]
async fn afterwards_the_old_secret_is_needed_no_more() {
    let house = House::new().await;
    let mut idle = Browser::signed_in(&house).await;
    let mut rotated = Browser::signed_in(&house).await;
    rotated.refresh(&house.sign_in).await.unwrap();
    let both = node(&house, vec![NEW, SECRET]);
    let mut active = Browser::signed_in(&house).await;
    active.refresh(&both.sign_in).await.unwrap();

    let outcome = reseal(&house, &[NEW, SECRET]).await;
    let expected = Resealed {
        resealed: 2,
        already: 1,
        ..Resealed::default()
    };
    assert_eq!(outcome, expected);
    let again = reseal(&house, &[NEW, SECRET]).await;
    let expected = Resealed {
        already: 3,
        ..Resealed::default()
    };
    assert_eq!(again, expected);

    let new = node(&house, vec![NEW]);
    for browser in [&mut idle, &mut rotated, &mut active] {
        let session = browser.refresh(&new.sign_in).await.unwrap();
        assert_eq!(session.user_entity_ref().unwrap(), "user:default/ada");
    }
}

#[tokio::test]
async fn what_no_secret_opens_is_told_and_left_alone() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let outcome = reseal(&house, &[NEW]).await;
    let expected = Resealed {
        unreadable: 1,
        ..Resealed::default()
    };
    assert_eq!(outcome, expected);
    browser.refresh(&house.sign_in).await.unwrap();
}

/// More than are read at a time, while they are refreshed.
#[tokio::test]
async fn it_is_safe_beside_servers_that_refresh() {
    let house = House::new().await;
    house.provider.now(|b| b.rotates = false);
    let both = node(&house, vec![NEW, SECRET]);
    let mut browsers = vec![];
    for _ in 0..230 {
        browsers.push(Browser::signed_in(&house).await);
    }
    let started = house.sessions().await.len();
    assert_eq!(started, 100, "as many as one person may have");
    let browsers = browsers.split_off(130);
    let refreshing: Vec<_> = browsers
        .iter()
        .step_by(2)
        .map(|browser| browser.refresh_in_a_tab(&both.sign_in))
        .collect();
    let outcome = reseal(&house, &[NEW, SECRET]).await;
    for tab in refreshing {
        assert!(tab.await.unwrap().is_ok());
    }
    assert_eq!((outcome.unreadable, outcome.left), (0, 0));
    let new = node(&house, vec![NEW]);
    for browser in &browsers {
        assert!(browser.try_refresh(&new.sign_in).await.is_ok());
    }
}

/// A server that seals with the old secret still: its sessions are not lost,
/// and the next time they are sealed anew.
#[tokio::test]
async fn a_server_that_was_not_told_loses_nothing() {
    let house = House::new().await;
    let behind = node(&house, vec![SECRET, NEW]);
    let mut browser = Browser::signed_in(&house).await;
    reseal(&house, &[NEW, SECRET]).await;
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "session_unreadable");
    browser.refresh(&behind.sign_in).await.unwrap();
    assert_eq!(reseal(&house, &[NEW, SECRET]).await.resealed, 1);
    browser
        .refresh(&node(&house, vec![NEW]).sign_in)
        .await
        .unwrap();
}

/// With none at all there is nothing to do.
#[tokio::test]
async fn no_sessions_no_work() {
    let house = House::new().await;
    let storage = Arc::clone(&house.storage);
    assert_eq!(reseal(&house, &[NEW]).await, Resealed::default());
    storage.is_away(true);
    let entropy = SystemEntropy::default();
    let keychain = keychain(&[NEW]);
    let outcome = reseal_sessions(&*storage, &keychain, &*house.clock, &entropy).await;
    assert!(outcome.is_err());
}

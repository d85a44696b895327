//! Whoever holds the database holds no session; whoever can write it can't give
//! one session's tokens to another.

use stagedoor_ambient::Clock;
use stagedoor_storage::{SecretHash, SessionRecord, SessionStore};

use crate::support::{Browser, House, cause};

/// Puts `row` in place of the session with its id.
async fn plant(house: &House, row: &SessionRecord) {
    house.storage.delete_session(row.id).await.unwrap();
    assert!(house.storage.insert_session(row).await.unwrap());
}

async fn row_of(house: &House, id: stagedoor_storage::SessionId) -> SessionRecord {
    let row = house.storage.session(id, house.clock.now()).await;
    row.unwrap().unwrap()
}

#[tokio::test]
async fn a_row_with_a_part_of_another_opens_for_nobody() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let id = house.storage.newest().id;
    Browser::signed_in(&house).await;
    let other = house.storage.newest();
    // Also one that was refreshed.
    for _ in 0..2 {
        let row = row_of(&house, id).await;
        let changes: [&dyn Fn(&mut SessionRecord); 5] = [
            &|row| row.sealed_tokens.clone_from(&other.sealed_tokens),
            &|row| row.provider = "okta".into(),
            &|row| row.environment = "production".into(),
            &|row| row.subject = "grace".into(),
            &|row| row.secret_hash = other.secret_hash,
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut changed = row.clone();
            change(&mut changed);
            plant(&house, &changed).await;
            for (provider, environment) in [
                (browser.provider, browser.environment),
                ("okta", browser.environment),
                (browser.provider, "production"),
            ] {
                let at = Browser {
                    provider,
                    environment,
                    ..browser.clone()
                };
                let error = cause(at.try_refresh(&house.sign_in).await);
                let codes = ["session_unreadable", "session_missing"];
                assert!(codes.contains(&error.code()), "{number}: {error:?}");
            }
        }
        plant(&house, &row).await;
        browser.refresh(&house.sign_in).await.unwrap();
    }
}

/// Who can write puts the hash of a secret of their own.
#[tokio::test]
async fn a_planted_hash_opens_nothing() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let victim = house.storage.newest().id;
    let mut thief = Browser::signed_in(&house).await;
    let thiefs = house.storage.newest();
    browser.refresh(&house.sign_in).await.unwrap();
    let mut row = row_of(&house, victim).await;
    row.secret_hash = thiefs.secret_hash;
    plant(&house, &row).await;
    // The victim's id, with the thief's secret.
    let cookie = |browser: &Browser| browser.session.clone().unwrap();
    thief.session = Some(joined(&cookie(&browser), &cookie(&thief)));
    let error = cause(thief.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "session_unreadable");
    assert_eq!(house.provider.refreshes(), 1);
}

#[tokio::test]
async fn a_stolen_hash_is_no_secret() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let SecretHash(hash) = house.storage.newest().secret_hash;
    let thief = Browser {
        session: Some(with_secret(&browser.session.clone().unwrap(), &hash)),
        ..browser.clone()
    };
    let error = cause(thief.try_refresh(&house.sign_in).await);
    assert_eq!(error.code(), "session_missing");
    assert!(browser.try_refresh(&house.sign_in).await.is_ok());
}

fn bytes(cookie: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let encoded = cookie.strip_prefix("sd1.").unwrap();
    URL_SAFE_NO_PAD.decode(encoded).unwrap()
}

/// The id of `cookie`, with another secret.
fn with_secret(cookie: &str, secret: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let bytes = [&bytes(cookie)[..16], secret].concat();
    format!("sd1.{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn joined(id: &str, secret: &str) -> String {
    with_secret(id, &bytes(secret)[16..])
}

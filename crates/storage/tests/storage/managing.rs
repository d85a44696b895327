//! Sessions are listed, ended by what they have in common, kept to a number,
//! and sealed anew.

use std::sync::Arc;

use jiff::SignedDuration;
use stagedoor_identity::EntityRef;
use stagedoor_storage::{
    SessionFilter, SessionId, SessionOwner, SessionPlace, SessionRecord, Storage,
};
use tokio::task::JoinSet;

use crate::fixture::{Fixture, NOW, after, session, session_id, whole};

on_every_database!(
    a_users_sessions_are_listed_newest_first,
    a_filter_takes_what_fits_all_of_it,
    every_session_is_on_one_page,
    what_fits_a_filter_is_ended_in_batches,
    the_least_used_sessions_of_a_user_are_ended,
    without_a_user_the_subject_counts,
    of_many_sign_ins_at_once_as_many_stay_as_may,
    sealed_tokens_are_replaced_if_they_are_still_those,
);

fn ada() -> SessionFilter {
    SessionFilter {
        user: Some(EntityRef::new("user", "default", "ada")),
        ..SessionFilter::default()
    }
}

async fn numbers(storage: &dyn Storage, filter: &SessionFilter) -> Vec<u8> {
    let found = storage.sessions(filter, NOW, None, 100).await.unwrap();
    found.iter().map(|session| session.id.0[0]).collect()
}

/// Ada's sessions, each a second newer than the one before.
async fn put(storage: &dyn Storage, count: u8, change: impl Fn(u8, &mut SessionRecord)) {
    for number in 1..=count {
        let mut session = session(number);
        session.created_at = after(i64::from(number));
        session.refreshed_at = session.created_at;
        change(number, &mut session);
        assert!(storage.insert_session(&session).await.unwrap());
    }
}

async fn a_users_sessions_are_listed_newest_first(fixture: Fixture) {
    let storage = fixture.open().await;
    put(&*storage, 7, |number, session| match number {
        5 => session.expires_at = after(60),
        6 => session.user_entity_ref = Some("user:default/grace".into()),
        7 => session.user_entity_ref = None,
        _ => {}
    })
    .await;
    let found = storage.sessions(&ada(), after(60), None, 3).await.unwrap();
    let ids: Vec<_> = found.iter().map(|session| session.id).collect();
    assert_eq!(ids, [session_id(4), session_id(3), session_id(2)]);
    let whole_one = storage.session(session_id(4), NOW).await.unwrap().unwrap();
    assert_eq!(whole(&found[0]), whole(&whole_one));
}

async fn a_filter_takes_what_fits_all_of_it(fixture: Fixture) {
    let storage = fixture.open().await;
    put(&*storage, 5, |number, session| match number {
        1 => session.provider = "other".into(),
        2 => session.environment = "development".into(),
        3 => session.subject = "ada' OR '1' = '1".into(),
        4 => session.user_entity_ref = None,
        _ => {}
    })
    .await;
    let all = SessionFilter::default();
    assert_eq!(numbers(&*storage, &all).await, [5, 4, 3, 2, 1]);
    let provider = SessionFilter {
        provider: Some("oidc".into()),
        ..all.clone()
    };
    assert_eq!(numbers(&*storage, &provider).await, [5, 4, 3, 2]);
    let environment = SessionFilter {
        environment: Some("production".into()),
        ..provider
    };
    assert_eq!(numbers(&*storage, &environment).await, [5, 4, 3]);
    let user = SessionFilter {
        user: ada().user,
        ..environment
    };
    assert_eq!(numbers(&*storage, &user).await, [5, 3]);
    let subject = SessionFilter {
        subject: Some("ada' OR '1' = '1".into()),
        ..user
    };
    assert_eq!(numbers(&*storage, &subject).await, [3]);
}

/// Also those that began in the same millisecond.
async fn every_session_is_on_one_page(fixture: Fixture) {
    let storage = fixture.open().await;
    put(&*storage, 11, |number, session| {
        session.created_at = after(i64::from(number / 4));
    })
    .await;
    let mut pages = Vec::new();
    let mut place = None;
    loop {
        let filter = SessionFilter::default();
        let page = storage.sessions(&filter, NOW, place.as_ref(), 2);
        let page = page.await.unwrap();
        let Some(last) = page.last() else { break };
        place = Some(SessionPlace {
            created_at: last.created_at,
            id: last.id,
        });
        pages.push(
            page.iter()
                .map(|session| session.id.0[0])
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(pages.concat(), [8, 9, 10, 11, 4, 5, 6, 7, 1, 2, 3]);
    assert_eq!(pages.len(), 6);
}

async fn what_fits_a_filter_is_ended_in_batches(fixture: Fixture) {
    let storage = fixture.open().await;
    put(&*storage, 7, |number, session| match number {
        2 => session.user_entity_ref = Some("user:default/grace".into()),
        3 => session.expires_at = NOW,
        _ => {}
    })
    .await;
    let mut ended = Vec::new();
    for _ in 0..4 {
        ended.push(storage.delete_sessions(&ada(), NOW, 2).await.unwrap());
    }
    // The one that has expired is not told as ended.
    assert_eq!(ended, [2, 2, 1, 0]);
    assert_eq!(numbers(&*storage, &SessionFilter::default()).await, [2]);
}

async fn the_least_used_sessions_of_a_user_are_ended(fixture: Fixture) {
    let storage = fixture.open().await;
    put(&*storage, 6, |number, session| match number {
        // The oldest, used last.
        1 => session.refreshed_at = after(100),
        // Of another provider, and hers all the same.
        2 => session.provider = "other".into(),
        5 => session.user_entity_ref = None,
        6 => session.expires_at = NOW,
        _ => {}
    })
    .await;
    let owner = SessionOwner::User("user:default/ada");
    let end = |keep, others| storage.delete_least_used(owner, session_id(keep), others, NOW);
    assert_eq!(end(4, 3).await.unwrap(), 0);
    // 2 is the least used, and kept because it is the one that signed in.
    assert_eq!(end(2, 1).await.unwrap(), 2);
    assert_eq!(
        numbers(&*storage, &SessionFilter::default()).await,
        [5, 2, 1]
    );
    assert_eq!(end(2, 0).await.unwrap(), 1);
    assert_eq!(numbers(&*storage, &SessionFilter::default()).await, [5, 2]);
}

async fn without_a_user_the_subject_counts(fixture: Fixture) {
    let storage = fixture.open().await;
    put(&*storage, 7, |number, session| {
        session.subject = "ada".into();
        session.user_entity_ref = None;
        match number {
            1 => session.provider = "other".into(),
            2 => session.environment = "development".into(),
            3 => session.subject = "grace".into(),
            4 => session.user_entity_ref = Some("user:default/ada".into()),
            _ => {}
        }
    })
    .await;
    let owner = SessionOwner::Subject {
        provider: "oidc",
        environment: "production",
        subject: "ada",
    };
    let ended = storage.delete_least_used(owner, session_id(7), 1, NOW);
    assert_eq!(ended.await.unwrap(), 1);
    let left = numbers(&*storage, &SessionFilter::default()).await;
    assert_eq!(left, [7, 6, 4, 3, 2, 1]);
}

async fn of_many_sign_ins_at_once_as_many_stay_as_may(fixture: Fixture) {
    let nodes = fixture.open_nodes(3).await;
    let mut tasks = JoinSet::new();
    for number in 1..=24 {
        let node = Arc::clone(&nodes[usize::from(number) % nodes.len()]);
        tasks.spawn(async move {
            let mut session = session(number);
            session.refreshed_at = after(i64::from(number));
            node.insert_session(&session).await.unwrap();
            let owner = SessionOwner::User("user:default/ada");
            node.delete_least_used(owner, session.id, 4, NOW)
                .await
                .unwrap();
        });
    }
    tasks.join_all().await;
    let left = numbers(&*nodes[0], &ada()).await;
    assert!((1..=5).contains(&left.len()), "{left:?}");
    assert!(left.contains(&24), "the newest stays: {left:?}");
}

async fn sealed_tokens_are_replaced_if_they_are_still_those(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    storage.insert_session(&session(2)).await.unwrap();
    let before = session(1).sealed_tokens;
    let replace = |id: SessionId, before: &[u8], after: &[u8]| {
        let (before, after) = (before.to_vec(), after.to_vec());
        let storage = Arc::clone(&storage);
        async move {
            storage
                .replace_sealed_tokens(id, &before, &after)
                .await
                .unwrap()
        }
    };
    assert!(!replace(session_id(1), b"others", b"new").await);
    assert!(!replace(session_id(3), &before, b"new").await);
    assert!(replace(session_id(1), &before, b"new").await);
    assert!(!replace(session_id(1), &before, b"newer").await);
    let mut expected = session(1);
    expected.sealed_tokens = b"new".to_vec();
    let later = NOW + SignedDuration::from_secs(1);
    let found = storage.session(session_id(1), later).await.unwrap();
    assert_eq!(whole(&found.unwrap()), whole(&expected));
    let other = storage.session(session_id(2), later).await.unwrap();
    assert_eq!(whole(&other.unwrap()), whole(&session(2)));
}

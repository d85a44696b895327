//! Sessions and flows end, and are swept away.

use jiff::SignedDuration;

use crate::fixture::{Fixture, NOW, after, session, session_id};

on_every_database!(
    a_session_ends_at_its_end_and_not_before,
    a_flow_is_used_once,
    of_many_uses_of_a_flow_one_is_the_first,
    only_the_expired_is_swept,
    sweeping_stops_at_its_limit,
    the_oldest_is_swept_first,
);

async fn a_session_ends_at_its_end_and_not_before(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let end = after(3600);
    let before = end - SignedDuration::from_millis(1);
    assert!(
        storage
            .session(session_id(1), before)
            .await
            .unwrap()
            .is_some()
    );
    assert!(storage.session(session_id(1), end).await.unwrap().is_none());
}

async fn a_flow_is_used_once(fixture: Fixture) {
    let storage = fixture.open().await;
    assert!(storage.use_flow([1; 16], after(600)).await.unwrap());
    assert!(!storage.use_flow([1; 16], after(900)).await.unwrap());
    assert!(storage.use_flow([2; 16], after(600)).await.unwrap());
}

async fn of_many_uses_of_a_flow_one_is_the_first(fixture: Fixture) {
    let nodes = fixture.open_nodes(4).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..32 {
        let node = nodes[number % nodes.len()].clone();
        tasks.spawn(async move { node.use_flow([1; 16], after(600)).await.unwrap() });
    }
    let firsts = tasks.join_all().await.into_iter().filter(|first| *first);
    assert_eq!(firsts.count(), 1);
}

async fn only_the_expired_is_swept(fixture: Fixture) {
    let storage = fixture.open().await;
    for (number, expires_at) in [(1, NOW), (2, after(1)), (3, after(2))] {
        let mut session = session(number);
        session.expires_at = expires_at;
        storage.insert_session(&session).await.unwrap();
        storage.use_flow([number; 16], expires_at).await.unwrap();
    }
    assert_eq!(storage.delete_expired(after(1), 100).await.unwrap(), 4);
    assert_eq!(storage.delete_expired(after(1), 100).await.unwrap(), 0);
    let lookup = storage.session(session_id(3), after(1)).await.unwrap();
    assert!(lookup.is_some());
    // A swept flow is forgotten, the other one is not.
    assert!(storage.use_flow([2; 16], after(9)).await.unwrap());
    assert!(!storage.use_flow([3; 16], after(9)).await.unwrap());
}

async fn sweeping_stops_at_its_limit(fixture: Fixture) {
    let storage = fixture.open().await;
    for number in 1..=5 {
        storage.insert_session(&session(number)).await.unwrap();
        storage.use_flow([number; 16], NOW).await.unwrap();
    }
    let later = after(4000);
    let mut swept = Vec::new();
    for _ in 0..5 {
        swept.push(storage.delete_expired(later, 3).await.unwrap());
    }
    assert_eq!(swept, [3, 3, 3, 1, 0]);
    storage.use_flow([1; 16], NOW).await.unwrap();
    assert_eq!(storage.delete_expired(later, 0).await.unwrap(), 0);
}

async fn the_oldest_is_swept_first(fixture: Fixture) {
    let storage = fixture.open().await;
    for (number, seconds) in [(1, 30), (2, 10), (3, 20)] {
        let mut session = session(number);
        session.expires_at = after(seconds);
        storage.insert_session(&session).await.unwrap();
    }
    assert_eq!(storage.delete_expired(after(60), 2).await.unwrap(), 2);
    assert!(storage.session(session_id(1), NOW).await.unwrap().is_some());
    assert!(storage.session(session_id(2), NOW).await.unwrap().is_none());
    assert!(storage.session(session_id(3), NOW).await.unwrap().is_none());
}

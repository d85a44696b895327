//! Sessions come, are found and go.

use crate::fixture::{Fixture, NOW, session, session_id, whole};

on_every_database!(
    a_session_is_read_back_whole,
    absent_parts_stay_absent,
    an_id_is_taken_once,
    a_deleted_session_is_gone,
    a_provider_session_ends_with_all_its_sessions,
    a_subject_ends_with_all_its_sessions,
);

async fn a_session_is_read_back_whole(fixture: Fixture) {
    let storage = fixture.open().await;
    assert!(storage.insert_session(&session(1)).await.unwrap());
    assert!(storage.insert_session(&session(2)).await.unwrap());
    let found = storage.session(session_id(1), NOW).await.unwrap().unwrap();
    assert_eq!(whole(&found), whole(&session(1)));
    assert!(storage.session(session_id(3), NOW).await.unwrap().is_none());
}

async fn absent_parts_stay_absent(fixture: Fixture) {
    let storage = fixture.open().await;
    let mut bare = session(1);
    bare.provider_session = None;
    bare.user_entity_ref = None;
    bare.sealed_tokens = Vec::new();
    bare.subject = "ünï\u{1F511}'; DROP TABLE stagedoor_sessions; --".into();
    storage.insert_session(&bare).await.unwrap();
    let found = storage.session(bare.id, NOW).await.unwrap().unwrap();
    assert_eq!(whole(&found), whole(&bare));
}

async fn an_id_is_taken_once(fixture: Fixture) {
    let storage = fixture.open().await;
    assert!(storage.insert_session(&session(1)).await.unwrap());
    let mut other = session(2);
    other.id = session_id(1);
    assert!(!storage.insert_session(&other).await.unwrap());
    let found = storage.session(session_id(1), NOW).await.unwrap().unwrap();
    assert_eq!(whole(&found), whole(&session(1)));
}

async fn a_deleted_session_is_gone(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    storage.insert_session(&session(2)).await.unwrap();
    assert!(storage.delete_session(session_id(1)).await.unwrap());
    assert!(!storage.delete_session(session_id(1)).await.unwrap());
    assert!(storage.session(session_id(1), NOW).await.unwrap().is_none());
    assert!(storage.session(session_id(2), NOW).await.unwrap().is_some());
}

async fn a_provider_session_ends_with_all_its_sessions(fixture: Fixture) {
    let storage = fixture.open().await;
    for number in 1..=6 {
        let mut session = session(number);
        session.provider_session = Some("sid".into());
        match number {
            3 => session.provider = "other".into(),
            4 => session.environment = "development".into(),
            5 => session.provider_session = Some("sid2".into()),
            6 => session.provider_session = None,
            _ => {}
        }
        storage.insert_session(&session).await.unwrap();
    }
    let end = || storage.delete_sessions_of_provider_session("oidc", "production", "sid");
    assert_eq!(end().await.unwrap(), 2);
    assert_eq!(end().await.unwrap(), 0);
    for number in 3..=6 {
        let found = storage.session(session_id(number), NOW).await.unwrap();
        assert!(found.is_some(), "{number}");
    }
}

async fn a_subject_ends_with_all_its_sessions(fixture: Fixture) {
    let storage = fixture.open().await;
    for number in 1..=5 {
        let mut session = session(number);
        session.subject = "ada".into();
        match number {
            3 => session.provider = "other".into(),
            4 => session.environment = "development".into(),
            5 => session.subject = "Ada".into(),
            _ => {}
        }
        storage.insert_session(&session).await.unwrap();
    }
    let end = || storage.delete_sessions_of_subject("oidc", "production", "ada");
    assert_eq!(end().await.unwrap(), 2);
    assert_eq!(end().await.unwrap(), 0);
    for number in 3..=5 {
        let found = storage.session(session_id(number), NOW).await.unwrap();
        assert!(found.is_some(), "{number}");
    }
}

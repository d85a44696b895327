//! A provider says that someone is logged out.

use stagedoor_storage::{LoggedOut, ProviderLogout};

use crate::fixture::{Fixture, NOW, after, session, session_id};

on_every_database!(
    a_logout_at_the_provider_ends_sessions_once,
    a_logout_of_a_session_ends_those_that_may_be_meant,
);

mod nodes {
    use super::of_nodes_told_at_once_one_ends_the_sessions;

    on_lasting_databases!(of_nodes_told_at_once_one_ends_the_sessions);
}

fn logout(message: u8, whose: LoggedOut) -> ProviderLogout {
    ProviderLogout {
        message: [message; 16],
        remember_until: after(600),
        provider: "oidc".into(),
        environment: "production".into(),
        whose,
    }
}

async fn a_logout_at_the_provider_ends_sessions_once(fixture: Fixture) {
    let storage = fixture.open().await;
    let mut ada = session(1);
    ada.subject = "ada".into();
    storage.insert_session(&ada).await.unwrap();
    storage.insert_session(&session(2)).await.unwrap();
    let told = logout(1, LoggedOut::Subject("ada".into()));
    let ended = storage.log_out_at_provider(&told).await.unwrap();
    assert_eq!(ended, Some(1));
    let found = storage.session(session_id(2), NOW).await.unwrap();
    assert!(found.is_some(), "of someone else");

    storage.insert_session(&ada).await.unwrap();
    let replayed = storage.log_out_at_provider(&told).await.unwrap();
    assert_eq!(replayed, None);
    let found = storage.session(session_id(1), NOW).await.unwrap();
    assert!(found.is_some(), "a replay ends nothing");

    while storage.delete_expired(after(601), 10).await.unwrap() > 0 {}
    let forgotten = storage.log_out_at_provider(&told).await.unwrap();
    assert!(forgotten.is_some(), "a message is not remembered for ever");
}

async fn a_logout_of_a_session_ends_those_that_may_be_meant(fixture: Fixture) {
    let storage = fixture.open().await;
    let whose = |subject: Option<&str>| LoggedOut::Session {
        provider_session: "sid".into(),
        subject: subject.map(str::to_owned),
    };
    for number in 1..=7 {
        let mut session = session(number);
        session.subject = "ada".into();
        session.provider_session = Some("sid".into());
        match number {
            2 => session.provider_session = None,
            3 => session.provider = "other".into(),
            4 => session.environment = "development".into(),
            5 => session.provider_session = Some("sid2".into()),
            6 => {
                session.provider_session = None;
                session.subject = "grace".into();
            }
            7 => session.provider_session = Some(String::new()),
            _ => {}
        }
        storage.insert_session(&session).await.unwrap();
    }
    for (message, subject, expected) in [(1, None, 1), (2, Some("ada"), 1), (3, Some("ada"), 0)] {
        let told = logout(message, whose(subject));
        let ended = storage.log_out_at_provider(&told).await.unwrap();
        assert_eq!(ended, Some(expected), "{message}");
    }
    for number in 1..=7 {
        let found = storage.session(session_id(number), NOW).await.unwrap();
        assert_eq!(found.is_some(), number > 2, "{number}");
    }
}

async fn of_nodes_told_at_once_one_ends_the_sessions(fixture: Fixture) {
    let nodes = [fixture.open().await, fixture.open().await];
    nodes[0].insert_session(&session(1)).await.unwrap();
    let told = logout(
        1,
        LoggedOut::Session {
            provider_session: "sid-1".into(),
            subject: None,
        },
    );
    let (one, other) = tokio::join!(
        nodes[0].log_out_at_provider(&told),
        nodes[1].log_out_at_provider(&told),
    );
    let mut outcomes = [one.unwrap(), other.unwrap()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [None, Some(1)]);
}

//! One refresh at a time.

use std::sync::Arc;

use stagedoor_storage::{LeaseId, LeaseOutcome, SessionUpdate, Storage};
use tokio::{sync::Barrier, task::JoinSet};

use crate::fixture::{Fixture, NOW, after, lease, session, session_id, whole};

on_every_database!(
    of_many_nodes_one_gets_the_lease,
    a_held_lease_is_told_from_a_missing_session,
    a_refresh_is_written_and_gives_the_lease_back,
    a_refresh_that_tells_nothing_new_of_them_leaves_whose_it_is,
    a_lost_lease_writes_nothing,
    a_lease_that_ran_out_is_still_good_if_nobody_took_it,
    a_released_lease_is_free,
    only_its_holder_releases_a_lease,
    a_lease_ends_at_its_end_and_not_before,
    a_lease_that_is_renewed_goes_on,
    a_lease_of_another_time_is_nobody_s,
    a_refresh_of_a_deleted_session_writes_nothing,
);

fn update() -> SessionUpdate {
    SessionUpdate {
        subject: Some("countess".into()),
        provider_session: Some("another sid".into()),
        sealed_tokens: b"new".to_vec(),
        refreshed_at: after(5),
        expires_at: after(7200),
    }
}

async fn commit(storage: &dyn Storage, by: LeaseId) -> bool {
    let committed = storage.commit_refresh(session_id(1), by, &update()).await;
    committed.unwrap()
}

async fn of_many_nodes_one_gets_the_lease(fixture: Fixture) {
    let nodes = fixture.open_nodes(4).await;
    nodes[0].insert_session(&session(1)).await.unwrap();
    let start = Arc::new(Barrier::new(64));
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let node = Arc::clone(&nodes[usize::from(number) % nodes.len()]);
        let start = Arc::clone(&start);
        tasks.spawn(async move {
            start.wait().await;
            node.lease_session(session_id(1), lease(number), NOW, after(30))
                .await
                .unwrap()
        });
    }
    let outcomes = tasks.join_all().await;
    let count = |wanted: fn(&LeaseOutcome) -> bool| outcomes.iter().filter(|o| wanted(o)).count();
    assert_eq!(count(|o| matches!(o, LeaseOutcome::Acquired(_))), 1);
    assert_eq!(count(|o| matches!(o, LeaseOutcome::Held(_))), 63);
}

async fn a_held_lease_is_told_from_a_missing_session(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let ask = |id, by, now| storage.lease_session(id, by, now, after(30));

    let LeaseOutcome::Acquired(got) = ask(session_id(1), lease(1), NOW).await.unwrap() else {
        panic!("the lease was free");
    };
    assert_eq!(whole(&got), whole(&session(1)));
    let LeaseOutcome::Held(got) = ask(session_id(1), lease(2), NOW).await.unwrap() else {
        panic!("the lease was held");
    };
    assert_eq!(whole(&got), whole(&session(1)));
    // Its holder does not get it twice either.
    let again = ask(session_id(1), lease(1), NOW).await.unwrap();
    assert!(matches!(again, LeaseOutcome::Held(_)));
    let missing = ask(session_id(2), lease(1), NOW).await.unwrap();
    assert!(matches!(missing, LeaseOutcome::Gone));
    let expired = ask(session_id(1), lease(2), after(3600)).await.unwrap();
    assert!(matches!(expired, LeaseOutcome::Gone));
}

async fn a_refresh_is_written_and_gives_the_lease_back(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    storage
        .lease_session(session_id(1), lease(1), NOW, after(30))
        .await
        .unwrap();
    assert!(commit(&*storage, lease(1)).await);

    let mut expected = session(1);
    expected.subject = update().subject.unwrap();
    expected.provider_session = update().provider_session;
    expected.sealed_tokens = update().sealed_tokens;
    expected.refreshed_at = update().refreshed_at;
    expected.expires_at = update().expires_at;
    let outcome = storage.lease_session(session_id(1), lease(2), NOW, after(30));
    let LeaseOutcome::Acquired(found) = outcome.await.unwrap() else {
        panic!("the lease was not given back");
    };
    assert_eq!(whole(&found), whole(&expected));
    // Once given back, it is no longer good for writing.
    assert!(!commit(&*storage, lease(1)).await);
}

async fn a_refresh_that_tells_nothing_new_of_them_leaves_whose_it_is(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    for (subject, sid) in [(None, None), (Some("countess"), None), (None, Some("new"))] {
        let leasing = storage.lease_session(session_id(1), lease(1), NOW, after(30));
        let LeaseOutcome::Acquired(before) = leasing.await.unwrap() else {
            panic!("the lease was not given back");
        };
        let update = SessionUpdate {
            subject: subject.map(str::to_owned),
            provider_session: sid.map(str::to_owned),
            ..update()
        };
        let committed = storage.commit_refresh(session_id(1), lease(1), &update);
        assert!(committed.await.unwrap());
        let found = storage.session(session_id(1), NOW).await.unwrap().unwrap();
        assert_eq!(found.subject, subject.unwrap_or(&before.subject));
        let expected = sid.or(before.provider_session.as_deref());
        assert_eq!(found.provider_session.as_deref(), expected);
        assert_eq!(found.sealed_tokens, update.sealed_tokens);
    }
}

async fn a_lost_lease_writes_nothing(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let ask = |by, now, until| storage.lease_session(session_id(1), by, now, until);
    ask(lease(1), NOW, after(30)).await.unwrap();
    let taken = ask(lease(2), after(30), after(60)).await.unwrap();
    assert!(matches!(taken, LeaseOutcome::Acquired(_)));

    assert!(!commit(&*storage, lease(1)).await);
    let found = storage.session(session_id(1), NOW).await.unwrap().unwrap();
    assert_eq!(whole(&found), whole(&session(1)));
    assert!(commit(&*storage, lease(2)).await);
}

async fn a_lease_that_ran_out_is_still_good_if_nobody_took_it(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    storage
        .lease_session(session_id(1), lease(1), NOW, NOW)
        .await
        .unwrap();
    assert!(commit(&*storage, lease(1)).await);
}

async fn a_released_lease_is_free(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let ask = |by| storage.lease_session(session_id(1), by, NOW, after(30));
    ask(lease(1)).await.unwrap();
    storage
        .release_lease(session_id(1), lease(1))
        .await
        .unwrap();
    let LeaseOutcome::Acquired(found) = ask(lease(2)).await.unwrap() else {
        panic!("the lease was not given back");
    };
    assert_eq!(whole(&found), whole(&session(1)));
}

async fn only_its_holder_releases_a_lease(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let ask = |by| storage.lease_session(session_id(1), by, NOW, after(30));
    ask(lease(1)).await.unwrap();
    storage
        .release_lease(session_id(1), lease(2))
        .await
        .unwrap();
    storage
        .release_lease(session_id(9), lease(1))
        .await
        .unwrap();
    let outcome = ask(lease(3)).await.unwrap();
    assert!(matches!(outcome, LeaseOutcome::Held(_)));
}

async fn a_lease_ends_at_its_end_and_not_before(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let ask = |by, now| storage.lease_session(session_id(1), by, now, after(60));
    storage
        .lease_session(session_id(1), lease(1), NOW, after(30))
        .await
        .unwrap();
    let just_before = after(30) - jiff::SignedDuration::from_millis(1);
    let early = ask(lease(2), just_before).await.unwrap();
    assert!(matches!(early, LeaseOutcome::Held(_)));
    let in_time = ask(lease(2), after(30)).await.unwrap();
    assert!(matches!(in_time, LeaseOutcome::Acquired(_)));
}

async fn a_refresh_of_a_deleted_session_writes_nothing(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    storage
        .lease_session(session_id(1), lease(1), NOW, after(30))
        .await
        .unwrap();
    storage.delete_session(session_id(1)).await.unwrap();
    assert!(!commit(&*storage, lease(1)).await);
    assert!(storage.session(session_id(1), NOW).await.unwrap().is_none());
}

async fn a_lease_that_is_renewed_goes_on(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let ask = |by, now, until| storage.lease_session(session_id(1), by, now, until);
    let renew = |by, until| storage.renew_lease(session_id(1), by, until);

    assert!(!renew(lease(1), after(30)).await.unwrap(), "nobody has it");
    ask(lease(1), NOW, after(10)).await.unwrap();
    assert!(renew(lease(1), after(20)).await.unwrap());
    assert!(!renew(lease(2), after(90)).await.unwrap(), "not theirs");
    let held = ask(lease(2), after(15), after(25)).await.unwrap();
    assert!(matches!(held, LeaseOutcome::Held(_)));
    assert!(commit(&*storage, lease(1)).await);
    assert!(!renew(lease(1), after(30)).await.unwrap(), "given back");
    let free = ask(lease(2), after(16), after(26)).await.unwrap();
    assert!(matches!(free, LeaseOutcome::Acquired(_)));
}

/// Made by a node that died, before the clock was put back by an hour.
async fn a_lease_of_another_time_is_nobody_s(fixture: Fixture) {
    let storage = fixture.open().await;
    storage.insert_session(&session(1)).await.unwrap();
    let ask = |by, now, until| storage.lease_session(session_id(1), by, now, until);
    ask(lease(1), after(3000), after(3010)).await.unwrap();
    let soon = ask(lease(2), after(2990), after(3000)).await.unwrap();
    assert!(
        matches!(soon, LeaseOutcome::Held(_)),
        "clocks differ a little"
    );
    let then = ask(lease(2), NOW, after(10)).await.unwrap();
    assert!(matches!(then, LeaseOutcome::Acquired(_)));
}

//! Every statement about sessions has its index in PostgreSQL too. Of many
//! sessions, counted by `ANALYZE`, it is seen what the planner chooses by
//! itself, and how many pages that comes to.

use stagedoor_identity::EntityRef;
use stagedoor_storage::{
    LeaseOutcome, LoggedOut, ProviderLogout, SessionFilter, SessionId, SessionOwner, SessionPlace,
    SessionUpdate, Storage,
};

use crate::{
    explained::{Explained, Plan},
    fixture::{Fixture, NOW, after, lease, session},
};

on_database!(postgres: what_is_about_one_session_looks_at_no_others
    what_is_about_one_person_looks_at_no_others
    a_list_begins_where_its_page_does
    the_expired_are_found_by_their_time
    without_its_index_a_statement_is_found_out);

/// Ten sessions to a page, so 2000 pages; four to a user, in no order of time.
/// Of both tables 1 % has expired.
const CROWD: &str = "INSERT INTO stagedoor_sessions \
     SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), decode(repeat('5a', 32), 'hex'), \
         CASE n % 2 WHEN 0 THEN 'oidc' ELSE 'github' END, 'production', \
         'sub-' || n / 4, CASE WHEN n % 5 > 0 THEN 'sid-' || n END, \
         CASE WHEN n % 10 > 0 THEN 'user:default/u' || n / 4 END, \
         decode(repeat('a5', 600), 'hex'), \
         1800000000123 - (n * 7919 % 20000) * 1000, 1800000000123, \
         1800000000123 + (n * 4583 % 20000 - 200) * 1000 \
     FROM generate_series(1, 20000) AS n; \
     INSERT INTO stagedoor_used_flows \
     SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), \
         1800000000123 + (n * 4583 % 20000 - 200) * 1000 \
     FROM generate_series(1, 20000) AS n";

/// What a few rows come to, with an entry in each of six indexes.
const FEW_PAGES: u64 = 50;

/// What a list's page of 100 comes to, when every second session fits.
const LIST_PAGES: u64 = 300;

const NEWEST: &str = "stagedoor_sessions_newest";

async fn crowded(fixture: &Fixture) -> Explained {
    fixture.open().await;
    fixture.execute(CROWD).await;
    fixture.execute("VACUUM ANALYZE stagedoor_sessions").await;
    fixture.execute("VACUUM ANALYZE stagedoor_used_flows").await;
    Explained::open(fixture).await
}

/// Those of the crowd, as `CROWD` numbers them.
fn id(number: u32) -> SessionId {
    SessionId(u128::from(number).to_be_bytes())
}

/// A session for each turn, no two of one person: at `oidc`, with a `sid`.
fn one(turn: u8) -> u32 {
    1002 + 20 * u32::from(turn)
}

fn holds(plans: &[Plan], what: impl Fn(&Plan) -> bool) {
    for plan in plans {
        assert!(what(plan), "{} pages: {plan}", plan.pages());
    }
}

fn are_few(plans: &[Plan]) {
    holds(plans, |plan| !plan.has("Seq Scan"));
    holds(plans, |plan| plan.pages() <= FEW_PAGES);
}

fn are_one_by_one(plans: &[Plan]) {
    are_few(plans);
    holds(plans, |plan| !plan.sorts());
}

fn update(subject: Option<&str>) -> SessionUpdate {
    SessionUpdate {
        sealed_tokens: vec![0x5a; 600],
        refreshed_at: NOW,
        expires_at: after(7200),
        subject: subject.map(str::to_owned),
        provider_session: None,
    }
}

async fn what_is_about_one_session_looks_at_no_others(fixture: Fixture) {
    let mut db = crowded(&fixture).await;
    let insert = async |db: &dyn Storage, turn| db.insert_session(&session(turn + 1)).await;
    are_one_by_one(&db.plans(insert).await);
    let find = async |db: &dyn Storage, turn| {
        let found = db.session(id(one(turn)), NOW).await;
        found.map(|found| assert!(found.is_some()))
    };
    are_one_by_one(&db.plans(find).await);
    let take = async |db: &dyn Storage, turn| {
        let taken = db.lease_session(id(one(turn)), lease(1), NOW, after(10));
        taken
            .await
            .map(|taken| assert!(matches!(taken, LeaseOutcome::Acquired(_))))
    };
    are_one_by_one(&db.plans(take).await);
    let renew = async |db: &dyn Storage, turn| {
        let renewed = db.renew_lease(id(one(turn)), lease(1), after(20));
        renewed.await.map(|renewed| assert!(renewed))
    };
    are_one_by_one(&db.plans(renew).await);
    for update in [update(None), update(Some("somebody"))] {
        let commit = async |db: &dyn Storage, turn: u8| {
            let id = id(one(turn));
            db.lease_session(id, lease(1), NOW, after(20)).await?;
            let written = db.commit_refresh(id, lease(1), &update);
            written.await.map(|written| assert!(written))
        };
        are_one_by_one(&db.plans(commit).await);
    }
    let release = async |db: &dyn Storage, turn| db.release_lease(id(one(turn)), lease(1)).await;
    are_one_by_one(&db.plans(release).await);
    let user = Some("user:default/somebody");
    let set_user = async |db: &dyn Storage, turn| db.set_session_user(id(one(turn)), user).await;
    are_one_by_one(&db.plans(set_user).await);
    let reseal = async |db: &dyn Storage, turn| {
        let replaced = db.replace_sealed_tokens(id(one(turn)), &[0x5a; 600], &[1; 600]);
        replaced.await.map(|replaced| assert!(replaced))
    };
    are_one_by_one(&db.plans(reseal).await);
    let end = async |db: &dyn Storage, turn| {
        let ended = db.delete_session(id(one(turn)));
        ended.await.map(|ended| assert!(ended))
    };
    are_one_by_one(&db.plans(end).await);
    let finish = async |db: &dyn Storage, turn| db.use_flow([turn; 16], after(600)).await;
    are_one_by_one(&db.plans(finish).await);
    let check = async |db: &dyn Storage, _| db.check(NOW).await;
    are_one_by_one(&db.plans(check).await);
    let check_by_a_write = async |db: &dyn Storage, turn| {
        let mut refused = session(turn);
        refused.subject = "\0".into();
        assert!(db.insert_session(&refused).await.is_err());
        db.check(NOW).await
    };
    are_one_by_one(&db.plans(check_by_a_write).await);
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

async fn what_is_about_one_person_looks_at_no_others(fixture: Fixture) {
    let mut db = crowded(&fixture).await;
    let (provider, environment) = ("oidc", "production");
    // Others for each kind of question.
    let person = |from: u32, turn: u8| (from + one(turn)) / 4;
    let of_user = async |db: &dyn Storage, turn| {
        let user = format!("user:default/u{}", person(1000, turn));
        let owner = SessionOwner::User(&user);
        let ended = db.delete_least_used(owner, id(0), 1, NOW);
        ended.await.map(|ended| assert!(ended > 0))
    };
    are_few(&db.plans(of_user).await);
    let without_user = async |db: &dyn Storage, turn: u8| {
        let owner = SessionOwner::Subject {
            provider,
            environment,
            subject: &format!("sub-{}", (4000 + 20 * u32::from(turn)) / 4),
        };
        let ended = db.delete_least_used(owner, id(0), 0, NOW);
        ended.await.map(|ended| assert!(ended > 0))
    };
    are_few(&db.plans(without_user).await);
    let of_sid = async |db: &dyn Storage, turn| {
        let sid = format!("sid-{}", 5000 + one(turn));
        let ended = db.delete_sessions_of_provider_session(provider, environment, &sid);
        ended.await.map(|ended| assert!(ended > 0))
    };
    are_one_by_one(&db.plans(of_sid).await);
    let of_subject = async |db: &dyn Storage, turn| {
        let subject = format!("sub-{}", person(6000, turn));
        let ended = db.delete_sessions_of_subject(provider, environment, &subject);
        ended.await.map(|ended| assert!(ended > 0))
    };
    are_one_by_one(&db.plans(of_subject).await);
    let logged_out = async |db: &dyn Storage, turn| {
        let subject = format!("sub-{}", person(7000, turn));
        let told = logout(turn, LoggedOut::Subject(subject));
        let ended = db.log_out_at_provider(&told).await;
        ended.map(|ended| assert!(ended > Some(0)))
    };
    are_one_by_one(&db.plans(logged_out).await);
    let session_logged_out = async |db: &dyn Storage, turn| {
        let whose = LoggedOut::Session {
            provider_session: format!("sid-{}", 8000 + one(turn)),
            subject: Some(format!("sub-{}", person(9000, turn))),
        };
        let told = logout(100 + turn, whose);
        let ended = db.log_out_at_provider(&told).await;
        ended.map(|ended| assert!(ended > Some(0)))
    };
    are_few(&db.plans(session_logged_out).await);
}

fn of_provider() -> SessionFilter {
    SessionFilter {
        provider: Some("oidc".into()),
        ..SessionFilter::default()
    }
}

fn of_environment() -> SessionFilter {
    SessionFilter {
        environment: Some("production".into()),
        ..of_provider()
    }
}

fn of_subject() -> SessionFilter {
    SessionFilter {
        subject: Some("sub-3000".into()),
        ..of_environment()
    }
}

fn of_user() -> SessionFilter {
    SessionFilter {
        user: Some(EntityRef::new("user", "default", "u4000")),
        ..SessionFilter::default()
    }
}

async fn a_list_begins_where_its_page_does(fixture: Fixture) {
    let mut db = crowded(&fixture).await;
    let place = SessionPlace {
        created_at: after(-10_000),
        id: id(1),
    };
    let many = [SessionFilter::default(), of_provider(), of_environment()];
    for filter in many {
        for after in [None, Some(&place)] {
            let list = async |db: &dyn Storage, _| {
                let found = db.sessions(&filter, NOW, after, 100).await;
                found.map(|found| assert_eq!(found.len(), 100))
            };
            let plans = db.plans(list).await;
            holds(&plans, |plan| !plan.has("Seq Scan") && !plan.sorts());
            holds(&plans, |plan| plan.pages() <= LIST_PAGES);
            holds(&plans, |plan| plan.enters(NEWEST) == after.is_some());
        }
    }
    for filter in [of_user(), of_subject()] {
        for after in [None, Some(&place)] {
            let list = async |db: &dyn Storage, _| db.sessions(&filter, NOW, after, 100).await;
            are_few(&db.plans(list).await);
        }
        // One by one, so that each turn finds some, or finds that none is left.
        let end = async |db: &dyn Storage, _| db.delete_sessions(&filter, NOW, 1).await;
        are_few(&db.plans(end).await);
    }
}

async fn the_expired_are_found_by_their_time(fixture: Fixture) {
    let mut db = crowded(&fixture).await;
    let count = async |db: &dyn Storage, _| {
        let counted = db.count_sessions(NOW).await;
        counted.map(|counted| assert_eq!(counted, 19_799))
    };
    let plans = db.plans(count).await;
    // All have to be counted, but not read.
    holds(&plans, |plan| plan.has("Index Only Scan"));
    // Sessions in the first turns, flows in the last.
    let sweep = async |db: &dyn Storage, _| {
        let swept = db.delete_expired(NOW, 40).await;
        swept.map(|swept| assert_eq!(swept, 40))
    };
    let plans = db.plans(sweep).await;
    holds(&plans, |plan| !plan.has("Seq Scan") && !plan.sorts());
    // Far from all. What was swept before is passed over until PostgreSQL
    // knows that nobody sees it any more.
    holds(&plans, |plan| plan.pages() <= 1000);
}

/// These tests can fail.
async fn without_its_index_a_statement_is_found_out(fixture: Fixture) {
    let mut db = crowded(&fixture).await;
    let of_one = of_subject();
    let list = async |db: &dyn Storage, _| db.sessions(&of_one, NOW, None, 100).await;
    are_few(&db.plans(list).await);
    fixture
        .execute("DROP INDEX stagedoor_sessions_subject, stagedoor_sessions_newest")
        .await;
    let plans = db.plans(list).await;
    holds(&plans, |plan| plan.has("Seq Scan") && plan.sorts());
    holds(&plans, |plan| plan.pages() > 1900);
}

//! Every statement about sessions has its index: with a million of them, one
//! that looked at each would hold everyone up who writes.

use jiff::Timestamp;

use super::SqliteStorage;
use crate::{
    SessionFilter, SessionId, SessionOwner, SessionPlace, row::column, session_filter::Conditions,
    session_store::SessionDatabase, sql, statement::Statement,
};

const STATEMENTS: [&str; 13] = [
    sql::COUNT_SESSIONS,
    sql::SESSION,
    sql::LEASE_SESSION,
    sql::RENEW_LEASE,
    sql::COMMIT_REFRESH,
    sql::SET_SESSION_USER,
    sql::RELEASE_LEASE,
    sql::DELETE_SESSION,
    sql::REPLACE_SEALED_TOKENS,
    sql::DELETE_SESSIONS_OF_PROVIDER_SESSION,
    sql::DELETE_SESSIONS_OF_SUBJECT,
    SqliteStorage::DELETE_EXPIRED_SESSIONS,
    SqliteStorage::DELETE_EXPIRED_FLOWS,
];

async fn plan(storage: &SqliteStorage, statement: String) -> String {
    let explained = format!("EXPLAIN QUERY PLAN {statement}");
    let explained = Statement::composed(explained, Vec::new());
    let steps = storage.read(explained, |row| column::<String>(row, "detail", "the plan"));
    steps.await.unwrap().join("\n")
}

fn list(conditions: Conditions<'_>) -> String {
    let (conditions, _) = conditions.into_parts();
    let select = sql::SELECT_SESSIONS;
    format!("{select} WHERE {conditions} ORDER BY created_at DESC, id LIMIT 100")
}

#[tokio::test]
async fn no_statement_looks_at_every_session() {
    let storage = SqliteStorage::open_memory().await.unwrap();
    for statement in STATEMENTS {
        let plan = plan(&storage, statement.to_owned()).await;
        assert!(!plan.contains("SCAN"), "{statement}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{statement}: {plan}");
    }
    let of_one = [
        SessionOwner::User("user:default/ada"),
        SessionOwner::Subject {
            provider: "oidc",
            environment: "development",
            subject: "ada",
        },
    ];
    for owner in of_one {
        let plan = plan(&storage, list(owner.conditions(Timestamp::now()))).await;
        assert!(
            plan.contains("_user (") || plan.contains("subject=?"),
            "{plan}"
        );
    }
}

#[tokio::test]
async fn a_logout_at_the_provider_finds_its_sessions() {
    let storage = SqliteStorage::open_memory().await.unwrap();
    let plan = plan(&storage, sql::DELETE_SESSIONS_LOGGED_OUT.to_owned()).await;
    assert!(plan.contains("provider_session=?"), "{plan}");
    assert!(plan.contains("subject=?"), "{plan}");
}

#[tokio::test]
async fn a_list_begins_where_its_page_does() {
    let storage = SqliteStorage::open_memory().await.unwrap();
    let provider = SessionFilter {
        provider: Some("oidc".to_owned()),
        ..SessionFilter::default()
    };
    let place = SessionPlace {
        created_at: Timestamp::UNIX_EPOCH,
        id: SessionId([1; 16]),
    };
    for filter in [SessionFilter::default(), provider] {
        for after in [None, Some(&place)] {
            let conditions = filter.listed(Timestamp::now()).after(after);
            let plan = plan(&storage, list(conditions)).await;
            assert!(plan.contains("stagedoor_sessions_newest"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
            assert_eq!(plan.contains("created_at<?"), after.is_some(), "{plan}");
        }
    }
}

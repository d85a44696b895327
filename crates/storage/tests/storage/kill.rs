//! A session whose insertion returned survives the process being killed.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use stagedoor_storage::{DatabaseLocation, PostgresLocation, SessionId, open};

use crate::fixture::{Fixture, NOW, session};

const DATABASE: &str = "STAGEDOOR_KILL_TEST_DATABASE";

on_lasting_databases!(a_killed_process_loses_no_session);

async fn a_killed_process_loses_no_session(fixture: Fixture) {
    drop(fixture.open().await);
    let mut told = Vec::new();
    for (round, at_least) in [1, 40, 200].into_iter().enumerate() {
        let round = u8::try_from(round).unwrap();
        told.extend(told_by_a_killed_child(&fixture, round, at_least));
    }
    assert!(told.len() >= 241);
    let storage = fixture.open().await;
    for id in told {
        let found = storage.session(id, NOW).await.unwrap();
        assert!(found.is_some(), "{id:?} is lost");
    }
    if !fixture.is_postgres() {
        assert_eq!(fixture.column("PRAGMA integrity_check").await, ["ok"]);
    }
}

/// Runs this test program again, as [`child`], and kills it when it has told of
/// `at_least` sessions.
fn told_by_a_killed_child(fixture: &Fixture, round: u8, at_least: usize) -> Vec<SessionId> {
    let database = match &fixture.location {
        DatabaseLocation::SqliteFile(path) => path.to_str().unwrap().to_owned(),
        DatabaseLocation::Postgres(location) => {
            let name = location.database.as_deref().unwrap();
            format!("{}|{name}", location.host)
        }
        DatabaseLocation::SqliteMemory => unreachable!("memory does not outlive its process"),
    };
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "kill::child", "--nocapture"])
        .env(DATABASE, format!("{round}|{database}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        told.extend(told_id(&line));
        if told.len() == at_least {
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert!(!status.success(), "the child was not killed");
    told
}

/// The id of a line such as `inserted 0000…1f`; the harness prints others, and
/// the last line may be torn.
fn told_id(line: &str) -> Option<SessionId> {
    let (_, id) = line.split_once("inserted ")?;
    let id = (id.len() == 32).then(|| u128::from_str_radix(id, 16).ok())??;
    Some(SessionId(id.to_be_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run, and killed, by the tests of this module"]
async fn child() {
    let Ok(database) = env::var(DATABASE) else {
        return;
    };
    let (round, database) = database.split_once('|').unwrap();
    let location = match database.split_once('|') {
        None => DatabaseLocation::SqliteFile(database.into()),
        Some((host, name)) => {
            DatabaseLocation::Postgres(PostgresLocation::new(host, "postgres", name))
        }
    };
    let first = round.parse::<u128>().unwrap() << 64;
    let storage = open(&location).await.unwrap();
    let mut stdout = std::io::stdout();
    for id in first.. {
        let mut session = session(1);
        session.id = SessionId(id.to_be_bytes());
        session.sealed_tokens = vec![0xa5; 3000];
        assert!(storage.insert_session(&session).await.unwrap());
        writeln!(stdout, "inserted {id:032x}").unwrap();
    }
}

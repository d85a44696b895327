//! A new database for one test, and what tests put into it.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use stagedoor_storage::{
    DatabaseLocation, LeaseId, PostgresLocation, SecretHash, SessionId, SessionRecord, Storage,
    open,
};
use tempfile::TempDir;

use crate::cluster::Cluster;

/// A database that nothing else uses.
pub(crate) struct Fixture {
    pub(crate) location: DatabaseLocation,
    _directory: Option<TempDir>,
}

impl Fixture {
    pub(crate) async fn memory() -> Option<Self> {
        Some(Self {
            location: DatabaseLocation::SqliteMemory,
            _directory: None,
        })
    }

    pub(crate) async fn file() -> Option<Self> {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("data/stagedoor.sqlite");
        Some(Self {
            location: DatabaseLocation::SqliteFile(path),
            _directory: Some(directory),
        })
    }

    pub(crate) async fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let cluster = tokio::task::spawn_blocking(Cluster::get).await.unwrap()?;
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let host = cluster.directory.to_str().unwrap();
        Some(Self {
            location: DatabaseLocation::Postgres(PostgresLocation::new(host, "postgres", name)),
            _directory: None,
        })
    }

    /// Opens the database, as one more node.
    pub(crate) async fn open(&self) -> Arc<dyn Storage> {
        open(&self.location).await.unwrap()
    }

    /// `count` nodes; only one when the database is in memory.
    pub(crate) async fn open_nodes(&self, count: usize) -> Vec<Arc<dyn Storage>> {
        let first = self.open().await;
        let mut nodes = vec![first];
        for _ in 1..count {
            nodes.push(match self.location {
                DatabaseLocation::SqliteMemory => Arc::clone(&nodes[0]),
                _ => self.open().await,
            });
        }
        nodes
    }

    pub(crate) fn file_path(&self) -> PathBuf {
        let DatabaseLocation::SqliteFile(path) = &self.location else {
            panic!("not a file");
        };
        path.clone()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.location, DatabaseLocation::Postgres(_))
    }

    /// Picks the statement in the database's own tongue.
    pub(crate) fn tongue<'a>(&self, sqlite: &'a str, postgres: &'a str) -> &'a str {
        if self.is_postgres() { postgres } else { sqlite }
    }

    /// Runs statements, as another program would.
    pub(crate) async fn execute(&self, statements: &str) {
        match &self.location {
            DatabaseLocation::Postgres(location) => {
                let mut connection = connect(location).await;
                let statements = sqlx::raw_sql(AssertSqlSafe(statements));
                statements.execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            _ => self.connect_file().execute_batch(statements).unwrap(),
        }
    }

    /// The first column of every row, as text.
    pub(crate) async fn column(&self, statement: &str) -> Vec<String> {
        match &self.location {
            DatabaseLocation::Postgres(location) => {
                let mut connection = connect(location).await;
                let query = sqlx::query_scalar(AssertSqlSafe(statement));
                query.fetch_all(&mut connection).await.unwrap()
            }
            _ => {
                let connection = self.connect_file();
                let mut prepared = connection.prepare(statement).unwrap();
                let rows = prepared.query_map([], |row| row.get(0)).unwrap();
                rows.map(Result::unwrap).collect()
            }
        }
    }

    /// The names of all tables, sorted.
    pub(crate) async fn tables(&self) -> Vec<String> {
        self.column(self.tongue(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
        ))
        .await
    }

    fn connect_file(&self) -> rusqlite::Connection {
        std::fs::create_dir_all(self.file_path().parent().unwrap()).unwrap();
        rusqlite::Connection::open(self.file_path()).unwrap()
    }
}

/// A connection of another program's; the database is made if it is missing.
pub(crate) async fn connect(location: &PostgresLocation) -> PgConnection {
    let name = location.database.as_deref().unwrap();
    let server = sqlx::postgres::PgConnectOptions::new_without_pgpass()
        .host(&location.host)
        .username("postgres");
    let database = server.clone().database(name);
    if let Ok(connection) = PgConnection::connect_with(&database).await {
        return connection;
    }
    let mut admin = PgConnection::connect_with(&server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .unwrap();
    PgConnection::connect_with(&database).await.unwrap()
}

/// When every test begins.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_800_000_000, 123_000_000);

/// `seconds` after [`NOW`].
pub(crate) fn after(seconds: i64) -> Timestamp {
    NOW + SignedDuration::from_secs(seconds)
}

pub(crate) fn session_id(number: u8) -> SessionId {
    SessionId([number; 16])
}

pub(crate) fn lease(number: u8) -> LeaseId {
    LeaseId([number; 16])
}

/// A session that ends an hour from [`NOW`].
pub(crate) fn session(number: u8) -> SessionRecord {
    SessionRecord {
        id: session_id(number),
        secret_hash: SecretHash([number ^ 0xff; 32]),
        provider: "oidc".into(),
        environment: "production".into(),
        subject: format!("subject-{number}"),
        provider_session: Some(format!("sid-{number}")),
        user_entity_ref: Some("user:default/ada".into()),
        sealed_tokens: vec![0, number, 0xff],
        created_at: NOW,
        refreshed_at: NOW,
        expires_at: after(3600),
    }
}

/// Everything a session holds, for comparing.
pub(crate) fn whole(session: &SessionRecord) -> impl PartialEq + std::fmt::Debug + use<> {
    let session = session.clone();
    (
        (session.id, session.secret_hash.0, session.sealed_tokens),
        (session.provider, session.environment, session.subject),
        (session.provider_session, session.user_entity_ref),
        (session.created_at, session.refreshed_at, session.expires_at),
    )
}

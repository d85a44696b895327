//! What PostgreSQL does for each statement, as `auto_explain` tells its log.

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use stagedoor_storage::{DatabaseLocation, Storage, StorageError, open};

use crate::{cluster::log_of, fixture::Fixture};

/// PostgreSQL makes five plans for the values at hand, and from then on one for
/// any values, if that is as good: both are seen.
const TURNS: u8 = 7;

/// A storage whose every statement is explained.
pub(crate) struct Explained {
    storage: Arc<dyn Storage>,
    name: String,
    directory: PathBuf,
    /// How much of the log is known.
    read: usize,
}

impl Explained {
    /// Opens the database so that each statement is explained as it ends.
    pub(crate) async fn open(fixture: &Fixture) -> Self {
        let DatabaseLocation::Postgres(mut location) = fixture.location.clone() else {
            panic!("not a server");
        };
        // On one connection, statements are explained in their order.
        location.pool_size = 1;
        let name = location.database.clone().unwrap();
        let directory = PathBuf::from(&location.host);
        for (setting, value) in [
            ("session_preload_libraries", "auto_explain"),
            ("auto_explain.log_min_duration", "0"),
            ("auto_explain.log_analyze", "on"),
            ("auto_explain.log_timing", "off"),
            ("auto_explain.log_buffers", "on"),
            ("auto_explain.log_format", "json"),
        ] {
            let set = format!("ALTER DATABASE {name} SET {setting} = '{value}'");
            fixture.execute(&set).await;
        }
        Self {
            storage: open(&DatabaseLocation::Postgres(location)).await.unwrap(),
            name,
            read: log_of(&directory).len(),
            directory,
        }
    }

    /// What was done for the statements about sessions and flows of `call`,
    /// which is made several times: it is told how many times before.
    pub(crate) async fn plans<T>(
        &mut self,
        call: impl AsyncFn(&dyn Storage, u8) -> Result<T, StorageError>,
    ) -> Vec<Plan> {
        self.until_full_stop().await;
        for turn in 0..TURNS {
            call(&*self.storage, turn).await.unwrap();
        }
        let plans = self.until_full_stop().await;
        assert!(plans.len() >= usize::from(TURNS), "some were not explained");
        plans
    }

    /// What is explained up to a statement that is about something else.
    async fn until_full_stop(&mut self) -> Vec<Plan> {
        self.storage.list_keys().await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let log = log_of(&self.directory);
            let mut plans = plans_in(&log[self.read..], &self.name);
            let is_full_stop = |plan: &Plan| plan.sql.contains("FROM stagedoor_signing_keys");
            if plans.last().is_some_and(is_full_stop) {
                self.read = log.len();
                plans.retain(Plan::is_about_sessions);
                return plans;
            }
            let said = &log[self.read..];
            assert!(Instant::now() < deadline, "not explained: {said}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// The plans of one database in the log, as far as they are written.
fn plans_in(log: &str, database: &str) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        let mut rest = String::new();
        while let Some(more) = lines.next_if(|line| line.starts_with('\t')) {
            rest.push_str(more);
        }
        let message = line
            .strip_prefix(database)
            .and_then(|it| it.strip_prefix(' '));
        if message.is_some_and(|it| it.starts_with("LOG:  duration:") && it.ends_with("plan:")) {
            plans.extend(Plan::parse(&rest));
        }
    }
    plans
}

/// What was done for one statement.
pub(crate) struct Plan {
    sql: String,
    root: Value,
}

impl Plan {
    fn parse(text: &str) -> Option<Self> {
        let explained: Value = serde_json::from_str(text).ok()?;
        Some(Self {
            sql: explained["Query Text"].as_str()?.to_owned(),
            root: explained["Plan"].clone(),
        })
    }

    fn is_about_sessions(&self) -> bool {
        ["stagedoor_sessions", "stagedoor_used_flows"]
            .iter()
            .any(|table| self.sql.contains(table))
    }

    /// Whether some step of it is of this kind, such as `Sort`.
    pub(crate) fn has(&self, kind: &str) -> bool {
        steps(&self.root)
            .iter()
            .any(|step| step["Node Type"] == kind)
    }

    /// Whether rows are put in order that no index gave them.
    pub(crate) fn sorts(&self) -> bool {
        self.has("Sort") || self.has("Incremental Sort")
    }

    /// Whether it goes by this index, and begins at some place in it.
    pub(crate) fn enters(&self, index: &str) -> bool {
        steps(&self.root)
            .iter()
            .any(|step| step["Index Name"] == index && step["Index Cond"].is_string())
    }

    /// How many pages of 8 KiB were looked at, of tables and of indexes.
    pub(crate) fn pages(&self) -> u64 {
        let pages = |kind| self.root[kind].as_u64().unwrap();
        pages("Shared Hit Blocks") + pages("Shared Read Blocks")
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:#}", self.sql, self.root)
    }
}

/// A step and all it is made of.
fn steps(step: &Value) -> Vec<&Value> {
    let below = step["Plans"].as_array().into_iter().flatten();
    [step].into_iter().chain(below.flat_map(steps)).collect()
}

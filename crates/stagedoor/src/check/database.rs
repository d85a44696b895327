//! `backend.database`: reachable, and what opening it would do.

use stagedoor_config::Settings;
use stagedoor_storage::{DatabaseLocation, Inspection, StorageError, inspect};

use super::Finding;
use crate::parts;

const REACHABLE: &str = "reachable";
const MIGRATIONS: &str = "migrations";

pub(super) async fn check(settings: &Settings, in_production: bool) -> Vec<Finding> {
    let location = parts::database_location(&settings.backend.database);
    if matches!(location, DatabaseLocation::SqliteMemory) {
        return vec![in_memory(in_production)];
    }
    let place = place(&location);
    match inspect(&location).await {
        Ok(found) => of_inspection(&place, &found),
        Err(error) => vec![of_error(&place, &error)],
    }
}

fn in_memory(in_production: bool) -> Finding {
    let what = "in memory: sessions end with the process";
    if in_production {
        let todo = "set backend.database to PostgreSQL, or to a directory for SQLite";
        Finding::warning(REACHABLE, what, todo)
    } else {
        Finding::ok(REACHABLE, what)
    }
}

fn of_inspection(place: &str, found: &Inspection) -> Vec<Finding> {
    if let Some(obstacle) = &found.obstacle {
        return vec![Finding::failure(
            REACHABLE,
            format!("{place}: {obstacle}"),
            "give this user the right, or name another in backend.database",
        )];
    }
    let there = if found.exists {
        place.to_owned()
    } else {
        format!("{place} does not exist yet: it will be made")
    };
    vec![
        Finding::ok(REACHABLE, there),
        Finding::ok(MIGRATIONS, pending(found)),
    ]
}

fn pending(found: &Inspection) -> String {
    if found.pending.is_empty() {
        return "none pending".to_owned();
    }
    let steps: Vec<_> = found
        .pending
        .iter()
        .map(|step| format!("{} {}", step.version, step.description))
        .collect();
    format!("pending, run at the next start: {}", steps.join(", "))
}

fn of_error(place: &str, error: &StorageError) -> Finding {
    let (check, todo) = match error {
        StorageError::Migration(_) => (
            MIGRATIONS,
            "this database was made by another version: start that one, or use another database",
        ),
        StorageError::Unavailable(_) => (
            REACHABLE,
            "is backend.database right, and can it be reached from here?",
        ),
        _ => (
            REACHABLE,
            "are user, password and database of backend.database right?",
        ),
    };
    Finding::failure(check, format!("{place}: {error}"), todo)
}

/// Where it is, without the password.
fn place(location: &DatabaseLocation) -> String {
    match location {
        DatabaseLocation::SqliteMemory => "memory".to_owned(),
        DatabaseLocation::SqliteFile(path) => format!("SQLite, {}", path.display()),
        DatabaseLocation::Postgres(location) => {
            let database = location.database.as_deref().unwrap_or("the user's own");
            let user = location.user.as_deref().unwrap_or("the process's own");
            format!(
                "PostgreSQL, {}:{}, database {database}, user {user}",
                location.host, location.port
            )
        }
    }
}

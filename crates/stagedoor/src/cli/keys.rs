//! `stagedoor keys`

use std::{io::Write, process::ExitCode};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use stagedoor_ambient::{Clock, SystemClock};
use stagedoor_config::{Environment, KeyStore, Known, Settings, load};
use stagedoor_signin::tokens::KeyRingSettings;
use stagedoor_storage::{DatabaseLocation, StoredKey};

use super::{config_args::ConfigArgs, report};
use crate::{StartError, parts};

/// Shows the keys that tokens are signed with.
#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Show the public keys that are published, oldest first: those of all
    /// servers, and of a Backstage that shares the database.
    ///
    /// Private keys never leave the server that made them.
    List(ListArgs),
}

/// Which configuration, and how to tell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stagedoor keys list --config app-config.yaml
  stagedoor keys list --config app-config.yaml --json")]
struct ListArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON, one key a line, instead of a table.
    #[arg(long)]
    json: bool,
}

/// Why keys can't be shown.
#[derive(Debug, thiserror::Error)]
enum KeysError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    Storage(#[from] stagedoor_storage::StorageError),
    #[error(
        "backend.database is in memory: its keys are known to the server alone, which publishes them at \
         /api/auth/.well-known/jwks.json"
    )]
    InMemory,
}

/// One key, as it is told of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    kid: String,
    /// As the audit log names it: `user_tokens` or `plugin_tokens`.
    purpose: &'static str,
    algorithm: Option<String>,
    /// Not known of keys in files.
    created_at: Option<Timestamp>,
    /// Keys in files are published for as long as they are configured.
    published_until: Option<Timestamp>,
}

impl Key {
    /// One of the database, unless its time is over.
    fn published(
        stored: StoredKey,
        purpose: &'static str,
        settings: &KeyRingSettings,
        now: Timestamp,
    ) -> Option<Self> {
        let until = settings.published_until(stored.created_at);
        let algorithm = stored.jwk.get("alg").and_then(|name| name.as_str());
        (until >= now).then(|| Self {
            algorithm: algorithm.map(str::to_owned),
            kid: stored.kid,
            purpose,
            created_at: Some(stored.created_at),
            published_until: Some(until),
        })
    }

    fn columns(&self) -> String {
        let time = |time: Option<Timestamp>| {
            time.map_or_else(String::new, |time| {
                time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
            })
        };
        row([
            &self.kid,
            self.purpose,
            self.algorithm.as_deref().unwrap_or_default(),
            &time(self.created_at),
            &time(self.published_until),
        ])
    }
}

pub(super) async fn run(args: KeysArgs) -> ExitCode {
    let KeysCommand::List(args) = args.command;
    match list(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(KeysError::Start(error)) => report::start_error(&error),
        Err(error) => report::failed(&error),
    }
}

async fn list(args: ListArgs) -> Result<(), KeysError> {
    let environment = Environment::of_this_process();
    let loaded =
        load(&args.config.into(), &environment, &Known::default()).map_err(StartError::from)?;
    let keys = published(&loaded.settings).await?;
    if args.json {
        // These plain types can always be written.
        let lines = keys
            .iter()
            .map(|key| serde_json::to_string(key).unwrap_or_default());
        print(lines);
    } else if keys.is_empty() {
        print(["no keys".to_owned()].into_iter());
    } else {
        let titles = row(["KID", "PURPOSE", "ALGORITHM", "CREATED", "PUBLISHED UNTIL"]);
        print([titles].into_iter().chain(keys.iter().map(Key::columns)));
    }
    if matches!(loaded.settings.auth.key_store, KeyStore::Memory) {
        eprintln!(
            "stagedoor: the keys of user tokens are in memory (auth.keyStore.provider): the server alone knows them"
        );
    }
    Ok(())
}

/// All there are: of user tokens, then of plugin tokens.
async fn published(settings: &Settings) -> Result<Vec<Key>, KeysError> {
    let location = parts::database_location(&settings.backend.database);
    if matches!(location, DatabaseLocation::SqliteMemory) {
        return Err(KeysError::InMemory);
    }
    let storage = parts::storage(settings).await?;
    let now = SystemClock.now();
    let of_users = parts::user_key_settings(settings)?;
    let mut keys: Vec<_> = match &settings.auth.key_store {
        KeyStore::Memory => Vec::new(),
        KeyStore::Static(keys) => keys
            .iter()
            .map(|key| Key {
                kid: key.key_id.clone(),
                purpose: "user_tokens",
                algorithm: Some(key.algorithm.clone()),
                created_at: None,
                published_until: None,
            })
            .collect(),
        KeyStore::Database => {
            let stored = storage.list_keys().await?.into_iter();
            stored
                .filter_map(|key| Key::published(key, "user_tokens", &of_users, now))
                .collect()
        }
    };
    let of_plugins = parts::plugin_key_settings();
    let stored = storage.list_plugin_keys().await?.into_iter();
    keys.extend(stored.filter_map(|key| Key::published(key, "plugin_tokens", &of_plugins, now)));
    Ok(keys)
}

fn row(cells: [&str; 5]) -> String {
    let [kid, purpose, algorithm, created, until] = cells;
    format!("{kid:36}  {purpose:13}  {algorithm:9}  {created:20}  {until}")
}

/// Nobody may be reading; the exit code says it too.
fn print(lines: impl Iterator<Item = String>) {
    let mut out = std::io::stdout().lock();
    for line in lines {
        if writeln!(out, "{}", line.trim_end()).is_err() {
            return;
        }
    }
}

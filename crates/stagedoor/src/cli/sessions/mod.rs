//! `stagedoor sessions`

mod list;
mod reseal;
mod revoke;

use std::{io::Write, process::ExitCode, sync::Arc};

use clap::{Args, Subcommand};
use stagedoor_ambient::{SharedClock, SystemClock};
use stagedoor_config::{Environment, Known, Loaded, load};
use stagedoor_signin::session::{SessionAdministration, SessionFilter, user_named};
use stagedoor_storage::Storage;

use super::{config_args::ConfigArgs, report};
use crate::{StartError, parts};

/// Lists sessions, ends them, and seals them anew.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stagedoor sessions list --config app-config.yaml --user ada
  stagedoor sessions revoke --config app-config.yaml --user ada
  stagedoor sessions reseal --config app-config.yaml

They work on the database of the configuration, while servers run or not; what
is ended is ended on all of them at once.")]
pub(super) struct SessionsArgs {
    #[command(subcommand)]
    command: SessionsCommand,
}

#[derive(Debug, Subcommand)]
enum SessionsCommand {
    /// Show who has which sessions, the newest sign-in first.
    List(list::ListArgs),
    /// End sessions: people have to sign in again.
    Revoke(revoke::RevokeArgs),
    /// Encrypt what is stored of sessions with the first of several
    /// auth.session.secret, so that the others can be removed.
    ///
    /// Every running server must have the new secret first in its list, and the
    /// old one after it.
    Reseal(reseal::ResealArgs),
}

pub(super) async fn run(args: SessionsArgs) -> ExitCode {
    let outcome = match args.command {
        SessionsCommand::List(args) => list::run(args).await,
        SessionsCommand::Revoke(args) => revoke::run(args).await,
        SessionsCommand::Reseal(args) => reseal::run(args).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(SessionsError::Start(error)) => report::start_error(&error),
        Err(error) => report::failed(&error),
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
enum SessionsError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    SignIn(String),
    #[error(
        "backend.database is in memory: its sessions are known to the server alone. Where it is let in, \
         a service can manage them, see docs/sessions.md"
    )]
    InMemory,
    #[error("--user {0}: that is no entity ref, such as user:default/ada")]
    User(String),
    #[error(
        "{0} sessions are sealed with an older secret still: has every server the new one first in its list?"
    )]
    Left(u64),
}

impl From<stagedoor_signin::SignInError> for SessionsError {
    fn from(error: stagedoor_signin::SignInError) -> Self {
        Self::SignIn(error.detail())
    }
}

impl From<stagedoor_storage::StorageError> for SessionsError {
    fn from(error: stagedoor_storage::StorageError) -> Self {
        Self::SignIn(error.to_string())
    }
}

/// Whose sessions.
#[derive(Debug, Args)]
struct Whose {
    /// Of this user, such as user:default/ada or ada.
    #[arg(long, value_name = "REF")]
    user: Option<String>,
    /// Of people who signed in with this provider.
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// Of this environment of a provider.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
}

impl Whose {
    fn filter(self) -> Result<SessionFilter, SessionsError> {
        let user = self.user.map(|text| match user_named(&text) {
            Ok(user) => Ok(user),
            Err(_) => Err(SessionsError::User(text)),
        });
        Ok(SessionFilter {
            user: user.transpose()?,
            provider: self.provider,
            environment: self.environment,
            subject: None,
        })
    }
}

/// The configuration's database, and what else a command needs.
struct Place {
    loaded: Loaded,
    environment: Environment,
    storage: Arc<dyn Storage>,
    clock: SharedClock,
}

impl Place {
    async fn open(config: ConfigArgs) -> Result<Self, SessionsError> {
        let environment = Environment::of_this_process();
        let loaded =
            load(&config.into(), &environment, &Known::default()).map_err(StartError::from)?;
        let location = parts::database_location(&loaded.settings.backend.database);
        if matches!(location, stagedoor_storage::DatabaseLocation::SqliteMemory) {
            return Err(SessionsError::InMemory);
        }
        let storage = parts::storage(&loaded.settings).await?;
        Ok(Self {
            loaded,
            environment,
            storage,
            clock: Arc::new(SystemClock),
        })
    }

    fn sessions(&self) -> SessionAdministration {
        SessionAdministration::new(self.storage.clone(), self.clock.clone())
    }
}

/// Nobody may be reading; the exit code says it too.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

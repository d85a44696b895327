//! The command line.

mod account;
mod check;
mod completions;
mod config_args;
mod dev;
mod health;
mod keys;
mod logging;
mod man;
mod report;
mod serve;
mod sessions;

use std::{process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

use crate::version;
use logging::LogFormat;

/// How long threads may take to finish when the process ends.
const STOPPING: Duration = Duration::from_secs(1);

/// Sign-in for Backstage in one binary.
#[derive(Debug, Parser)]
#[command(
    name = "stagedoor",
    version,
    long_version = version::DESCRIBED,
    about,
    max_term_width = 100,
    propagate_version = true
)]
struct Cli {
    /// How log lines look, on standard error.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "STAGEDOOR_LOG_FORMAT"
    )]
    log_format: LogFormat,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the auth backend of a Backstage from its configuration.
    Serve(serve::ServeArgs),
    /// Try it: server, demo identity provider and catalog in one process.
    Dev(dev::DevArgs),
    /// Try the configuration: tell before a start what would fail after it.
    ///
    /// Reads it as `serve` would, asks the providers, the catalog and the
    /// database, and changes nothing. The exit code is 0 when all is well or
    /// there are only warnings, 1 when something would fail, 2 when the
    /// configuration has mistakes.
    Check(check::CheckArgs),
    /// Ask the server on this machine whether it is ready.
    ///
    /// For containers, which have nothing else to ask with. The exit code is 0
    /// when it is, 1 when it is not, 2 when the configuration has mistakes.
    Health(health::HealthArgs),
    /// Sign in to a Backstage with your browser, for this machine's command line.
    Login(account::LoginArgs),
    /// Sign out again.
    Logout(account::LogoutArgs),
    /// Show who you are signed in as.
    Whoami(account::WhoamiArgs),
    /// Print a Backstage token, for other commands.
    Token(account::TokenArgs),
    /// Show who has which sessions, end them, and change what they are
    /// encrypted with.
    Sessions(sessions::SessionsArgs),
    /// Show the keys that tokens are signed with.
    Keys(keys::KeysArgs),
    /// Print what completes this command in a shell.
    Completions(completions::CompletionsArgs),
    /// Print the manual page, or write those of all commands.
    Man(man::ManArgs),
}

impl Command {
    /// What is logged unless something else is asked for.
    fn default_log(&self) -> &'static str {
        match self {
            Self::Serve(_) => "info",
            Self::Dev(_) => "warn,stagedoor::audit=info",
            // What it has to say is its output.
            Self::Check(_) | Self::Health(_) => "off",
            Self::Login(_) | Self::Logout(_) | Self::Whoami(_) | Self::Token(_) => "error",
            Self::Sessions(_) => "warn,stagedoor::audit=info",
            Self::Keys(_) | Self::Completions(_) | Self::Man(_) => "warn",
        }
    }

    async fn run(self) -> ExitCode {
        let outcome = match self {
            Self::Serve(args) => serve::run(args).await,
            Self::Dev(args) => dev::run(args).await,
            Self::Check(args) => return check::run(args).await,
            Self::Health(args) => return health::run(args).await,
            Self::Login(args) => return account::login(args).await,
            Self::Logout(args) => return account::logout(args).await,
            Self::Whoami(args) => return account::whoami(args).await,
            Self::Token(args) => return account::token(args).await,
            Self::Sessions(args) => return sessions::run(args).await,
            Self::Keys(args) => return keys::run(args).await,
            Self::Completions(args) => return completions::run(&args),
            Self::Man(args) => return man::run(&args),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => report::start_error(&error),
        }
    }
}

/// Runs the command that the process was started with.
///
/// Exit codes: 0 when all went well, 1 for what went wrong at run time, 2 for
/// a mistake in the configuration or on the command line.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format, cli.command.default_log());
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report::failed(&error),
    };
    let exit_code = runtime.block_on(cli.command.run());
    // A name that is still being looked up must not hold the process.
    runtime.shutdown_timeout(STOPPING);
    exit_code
}

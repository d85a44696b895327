//! The command line.

mod dev;
mod logging;
mod report;
mod serve;

use std::{process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};

use logging::LogFormat;

/// Sign-in for Backstage in one binary.
#[derive(Debug, Parser)]
#[command(
    name = "stagedoor",
    version,
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
}

/// Runs the command that the process was started with.
///
/// Exit codes: 0 when all went well, 1 for what went wrong at run time, 2 for
/// a mistake in the configuration or on the command line.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format, matches!(cli.command, Command::Dev(_)));
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report::failed(&Arc::new(error)),
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::run(args).await,
            Command::Dev(args) => dev::run(args).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::start_error(error),
    }
}

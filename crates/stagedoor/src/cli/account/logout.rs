//! `stagedoor logout`

use std::process::ExitCode;

use clap::Args;
use stagedoor_client::auth::AuthConnector;

use super::{AccountError, WhereArgs, ended};

/// Signs you out: here, and at the server.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stagedoor logout

Your browser's own sessions stay as they are.")]
pub(in crate::cli) struct LogoutArgs {
    #[command(flatten)]
    at: WhereArgs,
}

pub(in crate::cli) async fn run(args: LogoutArgs) -> ExitCode {
    ended(sign_out(&args).await)
}

async fn sign_out(args: &LogoutArgs) -> Result<(), AccountError> {
    let place = args.at.place()?;
    let removed = args.at.connector(&place)?.remove_session().await;
    removed.map_err(|error| {
        eprintln!("You are signed out on this machine, but the server could not be told:");
        AccountError::of(error, &place)
    })?;
    eprintln!("Signed out at {}", place.base_url());
    Ok(())
}

//! `stagedoor whoami`

use std::process::ExitCode;

use clap::Args;

use super::{AccountError, WhereArgs, ended, print, said};

/// Shows who you are signed in as.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stagedoor whoami
  stagedoor whoami --json | jq -r .userEntityRef")]
pub(in crate::cli) struct WhoamiArgs {
    #[command(flatten)]
    at: WhereArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) async fn run(args: WhoamiArgs) -> ExitCode {
    ended(tell(&args).await)
}

async fn tell(args: &WhoamiArgs) -> Result<(), AccountError> {
    let (place, session) = args.at.session().await?;
    if args.json {
        print(&format!("{:#}\n", said::as_json(&session, &place)?));
    } else {
        print(&said::as_text(&session, &place)?);
    }
    Ok(())
}

//! `stagedoor token`

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{AccountError, WhereArgs, ended, print, said};

/// Prints a Backstage token that is good for three minutes at least.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  curl -H \"Authorization: Bearer $(stagedoor token)\" https://backstage.example.com/api/catalog/entities")]
pub(in crate::cli) struct TokenArgs {
    #[command(flatten)]
    at: WhereArgs,
    /// Print JSON: the token, when it ends, and whose it is.
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) async fn run(args: TokenArgs) -> ExitCode {
    ended(tell(&args).await)
}

async fn tell(args: &TokenArgs) -> Result<(), AccountError> {
    let (place, session) = args.at.session().await?;
    let identity = said::identity(&session, &place)?;
    let token = identity.token.expose();
    if args.json {
        let said = json!({
            "token": token,
            "expiresAt": identity.expires_at,
            "userEntityRef": identity.identity.user_entity_ref,
        });
        print(&format!("{said:#}\n"));
    } else {
        print(&format!("{token}\n"));
    }
    Ok(())
}

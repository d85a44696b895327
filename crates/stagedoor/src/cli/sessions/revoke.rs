//! `stagedoor sessions revoke`

use clap::Args;
use serde_json::json;
use stagedoor_signin::session::{SessionFilter, SessionId};

use super::{Place, SessionsError, Whose, print};
use crate::cli::config_args::ConfigArgs;

/// In whose name, in the audit log.
const BY: &str = "command line";

/// Which sessions.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true)
    .args(["user", "provider", "id", "all"]))]
pub(super) struct RevokeArgs {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    whose: Whose,
    /// The one with this id, as `list` shows it.
    #[arg(long, value_name = "ID", conflicts_with_all = ["user", "provider", "environment", "all"])]
    id: Option<SessionId>,
    /// All there are.
    #[arg(long, conflicts_with_all = ["user", "provider", "environment"])]
    all: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: RevokeArgs) -> Result<(), SessionsError> {
    let filter = match args.all {
        true => SessionFilter::default(),
        false => args.whose.filter()?,
    };
    let place = Place::open(args.config).await?;
    let sessions = place.sessions();
    let ended = match args.id {
        Some(id) => u64::from(sessions.revoke(id, BY).await?),
        None => sessions.revoke_all(&filter, BY).await?,
    };
    print(&match ended {
        ended if args.json => format!("{}\n", json!({ "ended": ended })),
        1 => "1 session ended\n".to_owned(),
        ended => format!("{ended} sessions ended\n"),
    });
    Ok(())
}

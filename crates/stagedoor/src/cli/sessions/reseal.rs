//! `stagedoor sessions reseal`

use clap::Args;
use serde_json::json;
use stagedoor_ambient::SystemEntropy;
use stagedoor_signin::session::reseal_sessions;

use super::{Place, SessionsError, print};
use crate::{StartError, cli::config_args::ConfigArgs, parts};

/// Which configuration.
#[derive(Debug, Args)]
pub(super) struct ResealArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: ResealArgs) -> Result<(), SessionsError> {
    let place = Place::open(args.config).await?;
    let settings = &place.loaded.settings;
    if settings.auth.session_secrets.is_empty() {
        let problem = "it is missing: there is nothing to encrypt with";
        return Err(StartError::setting("auth.session.secret", problem).into());
    }
    let entropy = SystemEntropy::default();
    let keychain = parts::keychain(settings, place.environment.get("NODE_ENV"), &entropy)?;
    let outcome = reseal_sessions(&*place.storage, &keychain, &*place.clock, &entropy).await?;
    let (resealed, already) = (outcome.resealed, outcome.already);
    print(&match args.json {
        true => format!(
            "{}\n",
            json!({ "resealed": resealed, "already": already, "unreadable": outcome.unreadable, "left": outcome.left })
        ),
        false => format!(
            "{resealed} sessions encrypted anew, {already} were encrypted with the first secret already\n"
        ),
    });
    if outcome.unreadable > 0 {
        eprintln!(
            "stagedoor: {} sessions can't be read with any of the secrets: a secret was removed too early. \
             They are of no use, and expire",
            outcome.unreadable
        );
    }
    match outcome.left {
        0 => Ok(()),
        left => Err(SessionsError::Left(left)),
    }
}

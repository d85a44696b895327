//! `stagedoor serve`

use clap::Args;

use super::config_args::ConfigArgs;
use crate::{AuthBackend, StartError};

/// Serves the auth backend of a Backstage.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stagedoor serve --config app-config.yaml --config app-config.production.yaml

Environment variables that are read: those that the files name, and
APP_CONFIG_auth_… which go before the files.")]
pub(super) struct ServeArgs {
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(args: ServeArgs) -> Result<(), StartError> {
    AuthBackend::builder()
        .config(args.config.into())
        .build()
        .await?
        .serve()
        .await
}

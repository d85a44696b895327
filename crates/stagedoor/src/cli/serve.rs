//! `stagedoor serve`

use std::path::PathBuf;

use clap::Args;

use crate::{AuthBackend, ConfigFiles, StartError};

/// Serves the auth backend of a Backstage.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stagedoor serve --config app-config.yaml --config app-config.production.yaml

Without --config, app-config.yaml and app-config.local.yaml of the current
folder are read. Environment variables: those that the files name, and
APP_CONFIG_auth_… which go before the files.")]
pub(super) struct ServeArgs {
    /// A configuration file; later ones go before earlier ones.
    #[arg(long = "config", value_name = "FILE")]
    config: Vec<PathBuf>,
}

pub(super) async fn run(args: ServeArgs) -> Result<(), StartError> {
    let files = if args.config.is_empty() {
        ConfigFiles::default_in(".")
    } else {
        ConfigFiles::explicit(args.config)
    };
    AuthBackend::builder()
        .config(files)
        .build()
        .await?
        .serve()
        .await
}

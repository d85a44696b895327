//! `--config`

use std::path::PathBuf;

use clap::Args;

use crate::ConfigFiles;

/// Which configuration is read.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// A configuration file; later ones go before earlier ones. Without it,
    /// app-config.yaml and app-config.local.yaml of the current folder are read.
    #[arg(long = "config", value_name = "FILE")]
    config: Vec<PathBuf>,
}

impl From<ConfigArgs> for ConfigFiles {
    fn from(args: ConfigArgs) -> Self {
        Self::explicit(args.config)
    }
}

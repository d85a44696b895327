//! `stagedoor man`

use std::{
    io::{self, Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, CommandFactory};
use clap_mangen::{Man, generate_to};

use super::{Cli, report};

/// Where to.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stagedoor man | man -l -
  stagedoor man --folder /usr/local/share/man/man1")]
pub(super) struct ManArgs {
    /// Write a page for each command into this folder, instead of printing the first.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs) -> ExitCode {
    let written = match &args.folder {
        Some(folder) => generate_to(Cli::command(), folder).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", folder.display()))
        }),
        None => printed(),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::failed(&error),
    }
}

fn printed() -> io::Result<()> {
    let mut page = Vec::new();
    Man::new(Cli::command()).render(&mut page)?;
    stdout().write_all(&page)
}

//! `stagedoor completions`

use std::{
    io::{Write, stdout},
    process::ExitCode,
};

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::{Shell, generate};

use super::{Cli, report};

/// For which shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bash: stagedoor completions bash > ~/.local/share/bash-completion/completions/stagedoor
  zsh:  stagedoor completions zsh > \"${fpath[1]}/_stagedoor\"
  fish: stagedoor completions fish > ~/.config/fish/completions/stagedoor.fish")]
pub(super) struct CompletionsArgs {
    #[arg(value_enum)]
    shell: ShellName,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ShellName {
    Bash,
    Zsh,
    Fish,
}

pub(super) fn run(args: &CompletionsArgs) -> ExitCode {
    let shell = match args.shell {
        ShellName::Bash => Shell::Bash,
        ShellName::Zsh => Shell::Zsh,
        ShellName::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "stagedoor", &mut script);
    match stdout().write_all(&script) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::failed(&error),
    }
}

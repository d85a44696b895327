//! `stagedoor check`

use std::{
    io::{IsTerminal, Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;

use super::{config_args::ConfigArgs, report};
use crate::check::{self, CheckError, Request, Verdict, table};

/// What to check, and how to tell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stagedoor check --config app-config.yaml --config app-config.production.yaml

  Who is somebody with these claims?
  echo '{\"sub\": \"1815\", \"email\": \"ada@example.com\", \"email_verified\": true}' > claims.json
  stagedoor check --config app-config.yaml --as claims.json")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// A JSON file with the claims of somebody's userinfo, or with
    /// {"userinfo": {…}, "idToken": {…}}; - is standard input. Shows which user
    /// they resolve to, by which resolver, and why the others passed.
    #[arg(long = "as", value_name = "FILE")]
    claims: Option<PathBuf>,
    /// Check this provider only.
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Wide lines are hard to read.
const WIDEST: u16 = 120;

pub(super) async fn run(args: CheckArgs) -> ExitCode {
    let request = Request {
        files: args.config.into(),
        provider: args.provider,
        claims: args.claims,
    };
    match check::run(request).await {
        Ok(report) => {
            if args.json {
                print(&format!("{:#}\n", report.to_json()));
            } else {
                print(&table::render(&report, look()));
            }
            ExitCode::from(report.verdict().exit_code())
        }
        Err(error) => {
            if let (CheckError::Config(errors), true) = (&error, args.json) {
                print(&format!("{:#}\n", check::mistakes_json(errors)));
            }
            match error {
                CheckError::Config(errors) => report::config_errors(&errors),
                CheckError::Http(error) => return report::failed(&error),
                error => eprintln!("stagedoor: {error}"),
            }
            ExitCode::from(Verdict::Mistaken.exit_code())
        }
    }
}

/// On a terminal that is no UTF-8 one, and where the locale says nothing, ASCII
/// is shown. Colours are taken out when it is printed.
fn look() -> table::Look {
    let width = if stdout().is_terminal() {
        terminal_size::terminal_size().map(|(width, _)| usize::from(width.0.min(WIDEST)))
    } else {
        None
    };
    table::Look {
        unicode: supports_unicode::supports_unicode(),
        width,
    }
}

/// Colours only on a terminal, and not with `NO_COLOR`.
fn print(text: &str) {
    // Nobody may be reading; the exit code says it too.
    let _ = anstream::stdout().write_all(text.as_bytes());
}

//! Log lines, on standard error.

use std::io::stderr;

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How a log line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// Starts logging. `STAGEDOOR_LOG` chooses what is logged, as `RUST_LOG` does
/// elsewhere: `debug`, or `info,stagedoor_oidc=trace`; without it, `default` does.
pub(super) fn start(format: LogFormat, default: &str) {
    let filter =
        EnvFilter::try_from_env("STAGEDOOR_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr);
    match format {
        LogFormat::Text => lines.with_ansi(is_coloured()).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
}

/// Only on a terminal, and not with `NO_COLOR`.
fn is_coloured() -> bool {
    AutoStream::choice(&stderr()) != ColorChoice::Never
}

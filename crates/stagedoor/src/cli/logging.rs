//! Log lines, on standard error.

use std::io::stderr;

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt,
    prelude::*,
};

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
    // A line tells of the request it belongs to; what is within that is for traces.
    let filter = filter.and(filter_fn(|of| of.target() != "stagedoor::trace"));
    let lines = fmt::layer().with_writer(stderr);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(is_coloured()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "traces")]
    let subscriber = subscriber.with(crate::traces::layer());
    subscriber.init();
}

/// Only on a terminal, and not with `NO_COLOR`.
fn is_coloured() -> bool {
    AutoStream::choice(&stderr()) != ColorChoice::Never
}

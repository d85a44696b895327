//! Why there are no figures.

use std::time::Duration;

use super::work::Work;
use crate::failure::Failure;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the server's process cannot be looked at: {0}")]
    Process(#[from] std::io::Error),
    #[error("{0} cannot be asked for over HTTP")]
    Url(String),
    #[error("nobody got in: {0}")]
    NotIn(Failure),
    #[error("somebody did not get in within {0:?}")]
    Slow(Duration),
    #[error("{work:?} at {connections}: {times} times {failure}")]
    Failed {
        work: Work,
        connections: usize,
        failure: String,
        times: u64,
    },
    #[error("{0:?}: nothing was answered")]
    Nothing(Work),
}

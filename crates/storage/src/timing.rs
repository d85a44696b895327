//! How long statements take.

use std::{future::Future, time::Instant};

/// Runs a statement and records how long it took, waiting for a connection
/// included.
pub(crate) async fn timed<T, E>(statement: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let started = Instant::now();
    let outcome = statement.await;
    metrics::histogram!(
        "stagedoor_database_duration_seconds",
        "outcome" => if outcome.is_ok() { "done" } else { "failed" },
    )
    .record(started.elapsed());
    outcome
}

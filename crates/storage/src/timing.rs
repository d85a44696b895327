//! How long statements take.

use std::{future::Future, time::Instant};

use tracing::{Instrument, field::Empty};

/// Runs a statement and records how long it took, waiting for a connection
/// included; as a span of the trace, without its SQL.
pub(crate) async fn timed<T, E>(statement: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let span = tracing::debug_span!(
        target: "stagedoor::trace",
        "database",
        otel.kind = "client",
        outcome = Empty,
    );
    let started = Instant::now();
    let result = statement.instrument(span.clone()).await;
    let outcome = if result.is_ok() { "done" } else { "failed" };
    span.record("outcome", outcome);
    metrics::histogram!("stagedoor_database_duration_seconds", "outcome" => outcome)
        .record(started.elapsed());
    result
}

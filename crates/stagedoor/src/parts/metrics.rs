//! `stagedoor.metrics` → what is told to Prometheus, and where.

use axum::Router;
use stagedoor_config::Settings;
use stagedoor_server::{AppState, Bound, Metrics};

use crate::StartError;

/// Metrics, listening on a port of their own.
pub(crate) struct MetricsPort {
    pub(crate) metrics: Metrics,
    pub(crate) bound: Bound,
    pub(crate) router: Router,
}

/// Begins to record when there is a place to tell it.
pub(crate) async fn metrics(
    settings: &Settings,
    state: &AppState,
) -> Result<Option<MetricsPort>, StartError> {
    let Some(listen) = &settings.stagedoor.metrics else {
        return Ok(None);
    };
    let metrics = Metrics::record()?;
    metrics.build(crate::version::VERSION, crate::version::COMMIT);
    let bound = Bound::to(listen.host.as_deref(), listen.port).await?;
    tracing::info!(address = %bound.address(), "metrics at /metrics");
    Ok(Some(MetricsPort {
        router: metrics.router(state.clone()),
        metrics,
        bound,
    }))
}

//! What the service counts and times, for Prometheus, on a port of its own.
//!
//! Every crate records what it does through the [`metrics`] facade, which
//! costs next to nothing where nobody listens; here it is gathered. The names
//! and what they mean are in `docs/metrics.md`.

use std::{sync::OnceLock, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

use crate::{AppState, readiness::Readiness};

/// Upper bounds of the buckets, in seconds: from a look-up in memory to a
/// provider at the end of its patience.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
/// The text format of Prometheus, version 0.0.4.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The recorder of this process: there can be one only.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// What has been recorded since the process began to.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// Another recorder gathers what this process records.
#[derive(Debug, thiserror::Error)]
#[error("metrics can't be gathered: {0}")]
pub struct MetricsError(#[from] BuildError);

impl Metrics {
    /// Begins to record, once in a process; a second call shares the first's.
    ///
    /// # Errors
    /// When another recorder is installed.
    pub fn record() -> Result<Self, MetricsError> {
        if let Some(handle) = RECORDER.get() {
            return Ok(Self(handle.clone()));
        }
        let handle = PrometheusBuilder::new()
            .set_buckets(&BUCKETS)?
            .install_recorder()?;
        describe();
        begin_at_zero();
        Ok(Self(RECORDER.get_or_init(|| handle).clone()))
    }

    /// Drops what is too old to be asked for: called every few seconds in the
    /// background, so that memory stays bounded when nobody asks.
    pub fn keep_up(&self) {
        self.0.run_upkeep();
    }

    /// Tells which program this is.
    pub fn build(&self, version: &'static str, commit: &'static str) {
        gauge!("stagedoor_build_info", "version" => version, "commit" => commit).set(1.0);
    }

    /// Tells how many sessions there are.
    pub fn sessions(&self, sessions: u64) {
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 of them")]
        gauge!("stagedoor_sessions").set(sessions as f64);
    }

    /// `GET /metrics`, `GET /readiness` with all that is known, and nothing else.
    pub fn router(&self, state: AppState) -> Router {
        Router::new()
            .route("/metrics", get(scrape))
            .route("/readiness", get(readiness))
            .with_state((self.clone(), state))
    }
}

async fn scrape(State((metrics, state)): State<(Metrics, AppState)>) -> impl IntoResponse {
    now(&state);
    Readiness::of(&state).await.tell();
    ([(header::CONTENT_TYPE, TEXT)], metrics.0.render())
}

async fn readiness(State((_, state)): State<(Metrics, AppState)>) -> Response {
    Readiness::of(&state).await.for_operators()
}

/// What is not counted as it happens, but looked up when asked for.
fn now(state: &AppState) {
    let configuration = &state.configuration;
    #[expect(clippy::cast_precision_loss, reason = "neither is above 2^53")]
    {
        gauge!("stagedoor_configuration_generation").set(configuration.changes() as f64);
        gauge!("stagedoor_configuration_fingerprint").set(configuration.fingerprint() as f64);
    }
    gauge!("stagedoor_configuration_refused").set(flag(configuration.problem().is_some()));
    if let Some(since) = state.sign_in.tokens().keys().signing_since() {
        gauge!("stagedoor_signing_key_created_timestamp_seconds")
            .set(since.as_duration().as_secs_f64());
    }
    for provider in state.sign_in.live().providers.iter() {
        gauge!(
            "stagedoor_provider_available",
            "provider" => provider.id.clone(),
            "environment" => provider.environment.clone(),
        )
        .set(flag(provider.is_available()));
    }
}

fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// Counts and times every request by its route, never by its path, of which
/// anyone can make any number.
pub(crate) async fn count_request(
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("other", MatchedPath::as_str)
        .to_owned();
    let _in_flight = InFlight::begin();
    let started = Instant::now();
    let response = next(request).await;
    let status = response.status().as_str().to_owned();
    let labels = [("route", route), ("status", status)];
    histogram!("stagedoor_http_request_duration_seconds", &labels).record(started.elapsed());
    response
}

/// One request under way; also a client that goes away ends it.
struct InFlight;

impl InFlight {
    fn begin() -> Self {
        gauge!("stagedoor_http_requests_in_flight").increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("stagedoor_http_requests_in_flight").decrement(1.0);
    }
}

/// What happens once in a year is seen as a change only if it was 0 before.
fn begin_at_zero() {
    for reason in ["overload", "provider", "rate"] {
        counter!("stagedoor_requests_shed_total", "reason" => reason).increment(0);
    }
    for reason in ["queue_full", "not_sent"] {
        counter!("stagedoor_trace_spans_dropped_total", "reason" => reason).increment(0);
    }
    counter!("stagedoor_sessions_ended_total", "reason" => "session_secret_reused").increment(0);
}

/// Says what each of them is. A name that is recorded and not here would have
/// no help text: a test looks for it.
fn describe() {
    describe_gauge!(
        "stagedoor_build_info",
        "Always 1: which Stagedoor this is, by version and commit."
    );
    describe_counter!(
        "stagedoor_sign_ins_total",
        "Sign-ins that came to an end, by provider, environment, resolver (the one that decided, or none) and outcome (signed_in, or the code of the refusal)."
    );
    describe_counter!(
        "stagedoor_refreshes_total",
        "Refreshes, by provider, environment and outcome (refreshed, or the code of the failure). A first visit without a session is session_missing."
    );
    describe_counter!(
        "stagedoor_sessions_ended_total",
        "Sessions that this node ended before their time, by reason."
    );
    describe_gauge!(
        "stagedoor_sessions",
        "Sessions that have not expired, in the whole database, counted once a minute."
    );
    describe_node();
    describe_work();
}

/// What this node is about.
fn describe_node() {
    describe_gauge!(
        "stagedoor_signing_key_created_timestamp_seconds",
        Unit::Seconds,
        "When the key that signs Backstage tokens on this node began to."
    );
    describe_gauge!(
        "stagedoor_configuration_generation",
        "How many changes of the configuration have taken effect since the start."
    );
    describe_gauge!(
        "stagedoor_configuration_refused",
        "1 while the newest change of the configuration is refused and an older one serves on."
    );
    describe_gauge!(
        "stagedoor_configuration_fingerprint",
        "A number that is the same on nodes that serve the same configuration, secrets aside."
    );
    describe_gauge!(
        "stagedoor_ready",
        "1 when this node would be sent requests: its readiness."
    );
    describe_gauge!(
        "stagedoor_dependency_available",
        "1 when it does its part, by dependency (database, keys, catalog)."
    );
    describe_gauge!(
        "stagedoor_provider_available",
        "1 when the provider's metadata and keys are known, by provider and environment."
    );
}

/// What it has to do, and how long that takes.
fn describe_work() {
    describe_histogram!(
        "stagedoor_provider_request_duration_seconds",
        Unit::Seconds,
        "Calls of OpenID providers, by host and outcome (answered, unavailable)."
    );
    describe_histogram!(
        "stagedoor_catalog_request_duration_seconds",
        Unit::Seconds,
        "Questions to a remote catalog, further attempts included, by outcome (answered, failed)."
    );
    describe_histogram!(
        "stagedoor_database_duration_seconds",
        Unit::Seconds,
        "Statements, waiting for a connection included, by outcome (done, failed)."
    );
    describe_histogram!(
        "stagedoor_http_request_duration_seconds",
        Unit::Seconds,
        "Requests, by route and status."
    );
    describe_gauge!("stagedoor_http_requests_in_flight", "Requests under way.");
    describe_counter!(
        "stagedoor_requests_shed_total",
        "Requests that were turned away because too many were under way or waited for one provider, or too many came from one client, by reason (overload, provider, rate)."
    );
    describe_counter!(
        "stagedoor_trace_spans_dropped_total",
        "Spans that no collector got, by reason (queue_full, not_sent)."
    );
}

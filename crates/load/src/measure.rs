//! How long things took, and how they ended.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::failure::Failure;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// `/start`
    Start,
    /// `/handler/frame`
    Callback,
    /// Start, provider and callback together.
    SignIn,
    /// `/refresh`
    Refresh,
    /// `/.well-known/jwks.json`
    Jwks,
    /// `/v1/userinfo`
    Userinfo,
}

/// Latencies up to here are told apart, in microseconds.
const LONGEST: u64 = 120_000_000;
const DIGITS: u8 = 3;

/// Everything measured in one phase.
#[derive(Debug, Default)]
pub(crate) struct Measurements(Mutex<Everything>);

#[derive(Debug, Default)]
struct Everything {
    latencies: BTreeMap<Kind, Histogram<u64>>,
    failures: BTreeMap<Kind, BTreeMap<String, u64>>,
}

/// One kind of request, as it is reported. Latencies are those of the requests
/// that succeeded, in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Summary {
    pub(crate) kind: Kind,
    pub(crate) succeeded: u64,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
    /// Answers of 503, which are not errors.
    pub(crate) shed: u64,
    /// Anything else that did not succeed, and how often.
    pub(crate) failures: BTreeMap<String, u64>,
}

impl Measurements {
    /// Nothing yet, for several who measure.
    pub(crate) fn shared() -> Arc<Self> {
        Arc::default()
    }

    /// How often it succeeded.
    pub(crate) fn succeeded(&self, kind: Kind) -> u64 {
        let all = self.all();
        all.latencies.get(&kind).map_or(0, Histogram::len)
    }

    /// One way in which a request did not succeed, and how often.
    pub(crate) fn first_failure(&self) -> Option<(String, u64)> {
        let all = self.all();
        let (why, times) = all.failures.values().flatten().next()?;
        Some((why.clone(), *times))
    }

    /// Awaits one request, and notes how it went.
    pub(crate) async fn time<T>(
        &self,
        kind: Kind,
        request: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let began = Instant::now();
        let outcome = request.await;
        match &outcome {
            Ok(_) => self.took(kind, began.elapsed()),
            Err(failure) => self.failed(kind, failure),
        }
        outcome
    }

    /// Something succeeded.
    pub(crate) fn took(&self, kind: Kind, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(LONGEST);
        let mut all = self.all();
        if let Some(histogram) = histogram_of(&mut all.latencies, kind) {
            histogram.saturating_record(micros.clamp(1, LONGEST));
        }
    }

    fn failed(&self, kind: Kind, failure: &Failure) {
        let mut all = self.all();
        let failures = all.failures.entry(kind).or_default();
        *failures.entry(failure.to_string()).or_default() += 1;
    }

    /// What there is to report of a phase that took `time`.
    pub(crate) fn summaries(&self, time: Duration) -> Vec<Summary> {
        let mut all = self.all();
        let kinds = [
            Kind::Start,
            Kind::Callback,
            Kind::SignIn,
            Kind::Refresh,
            Kind::Jwks,
            Kind::Userinfo,
        ];
        let mut summaries = Vec::new();
        for kind in kinds {
            let mut failures = all.failures.get(&kind).cloned().unwrap_or_default();
            let shed = failures
                .remove(&Failure::Shed { retry_after: true }.to_string())
                .unwrap_or_default();
            let Some(latencies) = histogram_of(&mut all.latencies, kind) else {
                continue;
            };
            if latencies.is_empty() && failures.is_empty() && shed == 0 {
                continue;
            }
            summaries.push(summary(kind, latencies, time, shed, failures));
        }
        summaries
    }

    fn all(&self) -> MutexGuard<'_, Everything> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn histogram_of(
    latencies: &mut BTreeMap<Kind, Histogram<u64>>,
    kind: Kind,
) -> Option<&mut Histogram<u64>> {
    if let std::collections::btree_map::Entry::Vacant(entry) = latencies.entry(kind) {
        // The bounds are constants that fit.
        entry.insert(Histogram::new_with_bounds(1, LONGEST, DIGITS).ok()?);
    }
    latencies.get_mut(&kind)
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn summary(
    kind: Kind,
    latencies: &Histogram<u64>,
    time: Duration,
    shed: u64,
    failures: BTreeMap<String, u64>,
) -> Summary {
    let ms = |micros: u64| micros as f64 / 1_000.0;
    Summary {
        kind,
        succeeded: latencies.len(),
        per_second: latencies.len() as f64 / time.as_secs_f64().max(0.001),
        p50_ms: ms(latencies.value_at_quantile(0.50)),
        p95_ms: ms(latencies.value_at_quantile(0.95)),
        p99_ms: ms(latencies.value_at_quantile(0.99)),
        max_ms: ms(latencies.max()),
        shed,
        failures,
    }
}

//! What is counted of sign-ins, refreshes and sessions (`docs/metrics.md`).

use crate::{SignInError, provider::Provider, traces, who::Who};

/// Where no resolver decided: it did not come so far, or none felt responsible.
const NO_RESOLVER: &str = "none";

/// A sign-in has come to an end.
pub(crate) fn sign_in<T>(provider: &Provider, outcome: &Result<T, SignInError>, who: &Who) {
    let outcome = name(outcome, "signed_in");
    traces::came_to(outcome);
    metrics::counter!(
        "stagedoor_sign_ins_total",
        "provider" => provider.id.clone(),
        "environment" => provider.environment.clone(),
        "resolver" => who.resolver().unwrap_or(NO_RESOLVER).to_owned(),
        "outcome" => outcome,
    )
    .increment(1);
}

/// A refresh has come to an end.
pub(crate) fn refresh<T>(provider: &Provider, outcome: &Result<T, SignInError>) {
    let outcome = name(outcome, "refreshed");
    traces::came_to(outcome);
    metrics::counter!(
        "stagedoor_refreshes_total",
        "provider" => provider.id.clone(),
        "environment" => provider.environment.clone(),
        "outcome" => outcome,
    )
    .increment(1);
}

/// Sessions were ended before their time.
pub(crate) fn sessions_ended(reason: &'static str, sessions: u64) {
    metrics::counter!("stagedoor_sessions_ended_total", "reason" => reason).increment(sessions);
}

fn name<T>(outcome: &Result<T, SignInError>, success: &'static str) -> &'static str {
    match outcome {
        Ok(_) => success,
        Err(error) => error.code(),
    }
}

//! What the spans of a trace say (`docs/traces.md`).
//!
//! They have a target of their own, so that nothing becomes part of a trace
//! that was not meant to, and so that they cost nothing where no traces are
//! sent. No token, code, state, subject, e-mail or user is told.

use tracing::Span;

/// The target of spans that may be exported.
pub(crate) const TRACE: &str = "stagedoor::trace";

/// The present span is about this provider in this environment.
pub(crate) fn is_about(provider: &str, environment: &str) {
    if tracing::span_enabled!(target: TRACE, tracing::Level::DEBUG) {
        let span = Span::current();
        span.record("provider", provider);
        span.record("environment", environment);
    }
}

/// The present span's work has ended in this way.
pub(crate) fn came_to(outcome: &'static str) {
    if tracing::span_enabled!(target: TRACE, tracing::Level::DEBUG) {
        Span::current().record("outcome", outcome);
    }
}

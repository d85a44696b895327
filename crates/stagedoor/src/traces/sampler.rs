//! Which requests are traced.

use opentelemetry::{
    Context, KeyValue, TraceId,
    trace::{Link, SpanKind, TraceContextExt, TraceState},
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, SamplingDecision, SamplingResult, ShouldSample,
};

/// Decides once for each request; what belongs to it follows.
///
/// The decision is by chance, and not by the trace's id, as it is usual: a
/// stranger may choose that. For the same reason the flag in a `traceparent` counts
/// only where the operator says that it is none of a stranger's.
#[derive(Debug, Clone)]
pub(super) struct Sampler {
    pub(super) ratio: f64,
    pub(super) follow_parent: bool,
    pub(super) dice: RandomIdGenerator,
}

impl Sampler {
    fn takes(&self, parent: Option<&Context>, kind: &SpanKind) -> bool {
        let parent = parent.map(|it| it.span().span_context().clone());
        match parent.filter(|parent| parent.is_valid()) {
            Some(parent) if self.follow_parent || !parent.is_remote() => parent.is_sampled(),
            // What no request asked for, such as looking after keys, is no trace.
            _ => *kind == SpanKind::Server && self.falls(),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a chance need not be exact")]
    fn falls(&self) -> bool {
        let number = u64::from_be_bytes(self.dice.new_span_id().to_bytes());
        self.ratio >= 1.0 || (number as f64) < self.ratio * (u64::MAX as f64)
    }
}

impl ShouldSample for Sampler {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        _: &str,
        kind: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        SamplingResult {
            decision: match self.takes(parent, kind) {
                true => SamplingDecision::RecordAndSample,
                false => SamplingDecision::Drop,
            },
            attributes: Vec::new(),
            // What others put there is neither kept nor handed on.
            trace_state: TraceState::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{SpanId, TraceFlags, trace::SpanContext};

    use super::*;

    fn sampler(ratio: f64, follow_parent: bool) -> Sampler {
        Sampler {
            ratio,
            follow_parent,
            dice: RandomIdGenerator::default(),
        }
    }

    fn parent(sampled: bool, is_remote: bool) -> Context {
        let flags = TraceFlags::default().with_sampled(sampled);
        let trace = TraceId::from(1);
        let span = SpanContext::new(trace, SpanId::from(1), flags, is_remote, TraceState::NONE);
        Context::new().with_remote_span_context(span)
    }

    #[test]
    fn strangers_neither_force_a_trace_nor_prevent_one() {
        let asks = parent(true, true);
        let declines = parent(false, true);
        assert!(!sampler(0.0, false).takes(Some(&asks), &SpanKind::Server));
        assert!(sampler(1.0, false).takes(Some(&declines), &SpanKind::Server));
        assert!(sampler(0.0, true).takes(Some(&asks), &SpanKind::Server));
        assert!(!sampler(1.0, true).takes(Some(&declines), &SpanKind::Server));
    }

    #[test]
    fn what_belongs_to_a_request_goes_with_it() {
        let within = parent(true, false);
        assert!(sampler(0.0, false).takes(Some(&within), &SpanKind::Client));
        let without = parent(false, false);
        assert!(!sampler(1.0, true).takes(Some(&without), &SpanKind::Client));
    }

    #[test]
    fn what_no_request_asked_for_is_no_trace() {
        assert!(!sampler(1.0, true).takes(None, &SpanKind::Client));
        assert!(!sampler(1.0, true).takes(None, &SpanKind::Internal));
    }

    #[test]
    fn about_the_share_that_was_asked_for_is_taken() {
        let sampler = sampler(0.2, false);
        let asks = parent(true, true);
        let takes = || sampler.takes(Some(&asks), &SpanKind::Server);
        let taken = (0..10_000).filter(|_| takes()).count();
        assert!((1_700..2_300).contains(&taken), "{taken}");
    }
}

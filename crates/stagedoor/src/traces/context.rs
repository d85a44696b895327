//! W3C Trace Context: which trace a request continues, and which those it
//! brings about belong to.

use opentelemetry::{
    propagation::{Extractor, TextMapPropagator},
    trace::TraceContextExt,
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use stagedoor_ambient::TraceContext;
use stagedoor_server::RequestTraces;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Reads and writes `traceparent`. `tracestate` and `baggage` are left alone:
/// what one system tells another is not carried to providers.
#[derive(Debug)]
pub(super) struct W3c;

impl TraceContext for W3c {
    fn traceparent(&self) -> Option<String> {
        let context = Span::current().context();
        let span = context.span();
        let span = span.span_context();
        let flags = span.trace_flags().to_u8();
        span.is_valid()
            .then(|| format!("00-{}-{}-{flags:02x}", span.trace_id(), span.span_id()))
    }
}

impl RequestTraces for W3c {
    fn join(&self, request: &Span, traceparent: Option<&str>) -> Option<String> {
        if let Some(traceparent) = traceparent {
            let parent = TraceContextPropagator::new().extract(&Header(traceparent));
            // Fails where nothing makes spans of OpenTelemetry, and then there
            // is no trace at all.
            let _ = request.set_parent(parent);
        }
        let context = request.context();
        let span = context.span();
        let span = span.span_context();
        span.is_valid().then(|| span.trace_id().to_string())
    }
}

/// One header.
struct Header<'a>(&'a str);

impl Extractor for Header<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == "traceparent").then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}

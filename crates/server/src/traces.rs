//! A request as a span of a trace, for whoever sends traces somewhere
//! (`docs/traces.md`).
//!
//! It is a span beside the one that names the request in the log: a trace
//! leaves the house, and holds neither paths nor addresses.

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use http::Method;
use tracing::{Span, field::Empty};

/// Joins requests to the traces of those who send them.
pub trait RequestTraces: Send + Sync {
    /// Makes `request` a part of the trace that `traceparent` names (W3C Trace
    /// Context), or begins one. The trace's id, for the log.
    fn join(&self, request: &Span, traceparent: Option<&str>) -> Option<String>;
}

/// A request's part in a trace; nothing where there are none.
pub(crate) struct Trace(Option<Part>);

struct Part {
    span: Span,
    id: Option<String>,
}

impl Trace {
    /// Of a request that is called `request_id` in the log.
    pub(crate) fn begin(
        traces: Option<&dyn RequestTraces>,
        request: &Request,
        request_id: &str,
    ) -> Self {
        Self(traces.map(|traces| Part::of(traces, request, request_id)))
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.0.as_ref()?.id.as_deref()
    }

    pub(crate) fn span(&self) -> Span {
        self.0
            .as_ref()
            .map_or_else(Span::none, |part| part.span.clone())
    }

    pub(crate) fn end(self, response: &Response) {
        let Some(Part { span, .. }) = self.0 else {
            return;
        };
        let status = response.status();
        span.record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
    }
}

impl Part {
    fn of(traces: &dyn RequestTraces, request: &Request, request_id: &str) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map_or("other", MatchedPath::as_str);
        let method = known(request.method());
        let span = tracing::debug_span!(
            target: "stagedoor::trace",
            "request",
            otel.name = format_args!("{method} {route}"),
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = method,
            http.route = route,
            http.response.status_code = Empty,
            request_id,
        );
        let parent = request.headers().get("traceparent");
        let id = traces.join(&span, parent.and_then(|value| value.to_str().ok()));
        Self { span, id }
    }
}

/// Of methods there can be any number.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH => method.as_str(),
        Method::DELETE | Method::OPTIONS => method.as_str(),
        _ => "_OTHER",
    }
}

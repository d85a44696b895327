//! Headers that every answer carries.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue, header};

use crate::error::INTENDED;

/// The policy of pages; the frame page brings its own.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; \
     connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Marks the answer that any site may show in a frame: it shows nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InAnyFrame;

/// The policy of what may be in any frame.
const ANY_FRAME_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *";

/// Adds what a browser needs to be careful, without replacing what a route
/// has set.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let in_any_frame = response.extensions().get::<InAnyFrame>().is_some();
    let headers = response.headers_mut();
    headers.remove(INTENDED);
    if in_any_frame {
        // The older header can't say "any": it must not be there at all.
        let policy = HeaderValue::from_static(ANY_FRAME_POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    } else {
        headers
            .entry(header::X_FRAME_OPTIONS)
            .or_insert(const { HeaderValue::from_static("deny") });
    }
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-site",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

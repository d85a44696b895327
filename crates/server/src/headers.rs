//! Headers that every answer carries.

use axum::{extract::Request, response::Response};
use http::{HeaderName, HeaderValue, header};
use url::{Host, Url};

use crate::{AppState, error::INTENDED};

/// The policy of pages; the frame page brings its own.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; \
     connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Marks the answer that any site may show in a frame: it shows nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InAnyFrame;

/// The policy of what may be in any frame.
const ANY_FRAME_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *";

/// Half a year, as Backstage says; of our own host only, as others below it
/// are not ours to speak for.
const ENCRYPTED_FROM_NOW_ON: HeaderValue = HeaderValue::from_static("max-age=15552000");

/// Whether browsers are to come encrypted ever after (RFC 6797): then nobody on
/// the way can plant a cookie of ours by an unencrypted answer. On a machine of
/// one's own it would hold for whatever else is developed there.
fn is_always_encrypted(base_url: &Url) -> bool {
    base_url.scheme() == "https"
        && matches!(base_url.host(), Some(Host::Domain(name)) if name != "localhost" && !name.ends_with(".localhost"))
}

/// Adds what a browser needs to be careful, without replacing what a route
/// has set.
pub(crate) async fn secure(
    state: &AppState,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let mut response = next(request).await;
    if is_always_encrypted(&state.settings.base_url) {
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, ENCRYPTED_FROM_NOW_ON);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_of_ones_own_is_encrypted_ever_after() {
        let check = |url: &str| is_always_encrypted(&url.parse().unwrap());
        assert!(check("https://auth.example.com"));
        assert!(check("https://auth.example.com:8443/backstage"));
        for plain_or_shared in [
            "http://auth.example.com",
            "https://localhost:7007",
            "https://portal.localhost",
            "https://127.0.0.1",
            "https://[::1]:7007",
        ] {
            assert!(!check(plain_or_shared), "{plain_or_shared}");
        }
    }
}

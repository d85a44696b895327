//! How large a request may be. What these let through is far more than a
//! browser sends, and far less than what would hurt; whatever is larger than
//! the server reads at all (`serve.rs`) ends there.

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};

use crate::error::ApiError;

/// No request of ours has a body near this size.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024;
/// A provider's answer in the query: a code, our state of up to 4 kB, and what
/// else it likes to say.
const MAX_QUERY_BYTES: usize = 16 * 1024;
/// Long refresh tokens that Backstage left, of a few providers: its own server
/// takes 16 kB of headers.
const MAX_COOKIE_BYTES: usize = 32 * 1024;
/// Everything else that a browser and some proxies say.
const MAX_OTHER_BYTES: usize = 16 * 1024;

/// Refuses what is too large, and says which part of it.
pub(crate) async fn limit_size(
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    match check(&request) {
        Ok(()) => next(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(request: &Request) -> Result<(), ApiError> {
    if request.uri().query().unwrap_or_default().len() > MAX_QUERY_BYTES {
        return Err(ApiError::QueryTooLong);
    }
    let (cookies, other) = size(request.headers());
    if cookies > MAX_COOKIE_BYTES {
        return Err(ApiError::CookiesTooLarge);
    }
    if other > MAX_OTHER_BYTES {
        return Err(ApiError::HeadersTooLarge);
    }
    Ok(())
}

/// Bytes in cookies, and in all other headers.
fn size(headers: &HeaderMap) -> (usize, usize) {
    headers
        .iter()
        .fold((0, 0), |(cookies, other), (name, value)| {
            let size = name.as_str().len() + value.len();
            if name == header::COOKIE {
                (cookies + size, other)
            } else {
                (cookies, other + size)
            }
        })
}

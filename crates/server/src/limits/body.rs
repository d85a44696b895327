//! Bodies are read whole before anything else is done: a client that sends
//! its own slowly waits by itself, and keeps nobody's place.

use std::{error::Error, time::Duration};

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use http_body_util::LengthLimitError;

use super::size::MAX_BODY_BYTES;
use crate::error::ApiError;

/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the body, no more than [`MAX_BODY_BYTES`] of it.
pub(crate) async fn read_body(
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    if request.body().is_end_stream() {
        return next(request).await;
    }
    let (parts, body) = request.into_parts();
    match read(body).await {
        Ok(body) => next(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

async fn read(body: Body) -> Result<Body, ApiError> {
    if body.size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(ApiError::BodyTooLarge);
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(bytes)) => Ok(Body::from(bytes)),
        Ok(Err(error))
            if error
                .source()
                .is_some_and(<dyn Error>::is::<LengthLimitError>) =>
        {
            Err(ApiError::BodyTooLarge)
        }
        Ok(Err(_)) => Err(ApiError::Unreadable),
        Err(_) => Err(ApiError::BodyTooSlow),
    }
}

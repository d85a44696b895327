//! What is not there.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};
use stagedoor_signin::SignInError;

use crate::{
    AppState,
    error::ApiError,
    pages::{NoticePage, notice_page},
};

/// Under `/api/auth`, an unknown path is an unknown provider, as in Backstage.
pub(crate) async fn provider(State(state): State<AppState>, uri: Uri) -> ApiError {
    let id = uri
        .path()
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    match state.sign_in.live().providers.must_know(id) {
        Err(error) => error.into(),
        Ok(()) => SignInError::UnknownProvider(id.chars().take(64).collect()).into(),
    }
}

/// Anything else.
pub(crate) async fn page() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Turns a bare 404 into a page for those who read HTML.
pub(crate) async fn for_people(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let reads_html = accepts_html(request.headers());
    let response = next.run(request).await;
    let bare = response.status() == StatusCode::NOT_FOUND
        && !response.headers().contains_key(header::CONTENT_TYPE);
    if !(bare && reads_html) {
        return response;
    }
    let page = notice_page(&NoticePage {
        status: 404,
        title: "There is no such page",
        message: "The address may have been mistyped, or the page has moved.",
        code: None,
        request_id: None,
        action: Some(("Go to the sign-in page", "/")),
        product: &state.settings.app_title,
    });
    match page {
        Ok(html) => (StatusCode::NOT_FOUND, Html(html)).into_response(),
        Err(_) => response,
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

//! `GET /.module/v1/stagedoor.js`: the browser module, for any page to import.
//!
//! `v1` changes when something is taken away that pages rely on. What is behind
//! it changes with each release, so a browser asks again after an hour, and is
//! told when nothing has changed.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::pages;

/// The module. It is the same for everyone and holds no secret, so it does not
/// matter who asks; `backend.cors` decides who may sign in with it.
pub(crate) async fn script(headers: HeaderMap) -> Response {
    let module = pages::browser_module();
    let common = [
        (header::ETAG, module.etag.as_str()),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|given| given.to_str().ok())
        .is_some_and(|given| {
            given
                .split(',')
                .any(|tag| tag.trim().trim_start_matches("W/") == module.etag)
        });
    if known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (common, kind, module.script.as_str()).into_response()
}

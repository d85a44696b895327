//! `GET /.icons/{name}`: what providers and the page are known by.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use stagedoor_signin::{Icon, Svg};

use crate::{AppState, pages};

/// An operator's file is shown as a picture and can do nothing, also when it is
/// opened as a page of its own.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// Built-in drawings change with the program, files have names by their content.
const A_DAY: &str = "public, max-age=86400";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A drawing of ours, an icon of a provider, or the logo.
pub(crate) async fn icon(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    let Some(name) = name.strip_suffix(".svg") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Some(drawing) = pages::drawing(name) {
        return picture(drawing, A_DAY);
    }
    match operators(&state, name) {
        Some(svg) => picture(svg.text().to_owned(), FOR_EVER),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn operators(state: &AppState, digest: &str) -> Option<Svg> {
    let live = state.sign_in.live();
    let of_providers = live
        .providers
        .iter()
        .filter_map(|provider| match &provider.icon {
            Some(Icon::Svg(svg)) => Some(svg),
            _ => None,
        });
    of_providers
        .chain(&state.settings.page.logo)
        .find(|svg| svg.digest() == digest)
        .cloned()
}

fn picture(svg: String, keep: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, keep),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
        // A frontend elsewhere shows the icons of the list too.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, svg).into_response()
}

//! `GET /.assets/{name}`: what the pages are made of.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use crate::{AppState, pages};

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// An asset; its name holds its hash, so it can be kept for ever.
pub(crate) async fn asset(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    match pages::assets().iter().find(|asset| asset.name == name) {
        Some(asset) => {
            let headers = [
                (
                    header::CONTENT_TYPE,
                    HeaderValue::from_static(asset.content_type),
                ),
                (header::CACHE_CONTROL, FOR_EVER),
            ];
            (headers, asset.body).into_response()
        }
        None => accent(&state, &name),
    }
}

/// The stylesheet of the operator's colour.
fn accent(state: &AppState, name: &str) -> Response {
    let sheet = state.settings.page.accent.map(pages::accent_sheet);
    match sheet.filter(|sheet| sheet.name == name) {
        Some(sheet) => {
            let css = HeaderValue::from_static("text/css; charset=utf-8");
            let headers = [
                (header::CONTENT_TYPE, css),
                (header::CACHE_CONTROL, FOR_EVER),
            ];
            (headers, sheet.css).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

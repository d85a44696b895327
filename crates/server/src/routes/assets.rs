//! `GET /.assets/{name}`: what the pages are made of.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use crate::pages;

/// An asset; its name holds its hash, so it can be kept for ever.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
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
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

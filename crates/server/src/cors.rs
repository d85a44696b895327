//! `backend.cors`

use http::HeaderValue;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::settings::CorsSettings;

pub(crate) fn layer(settings: &CorsSettings) -> CorsLayer {
    let origins = settings.origins.clone();
    let allowed = move |origin: &HeaderValue, _: &http::request::Parts| {
        origin
            .to_str()
            .is_ok_and(|origin| origins.iter().any(|pattern| pattern.matches(origin)))
    };
    let headers = match settings.allowed_headers.as_slice() {
        [] => AllowHeaders::mirror_request(),
        headers => AllowHeaders::list(headers.iter().cloned()),
    };
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods(settings.methods.clone())
        .allow_headers(headers)
        .expose_headers(settings.exposed_headers.clone())
        .allow_credentials(settings.credentials);
    match settings.max_age {
        Some(age) => layer.max_age(age),
        None => layer,
    }
}

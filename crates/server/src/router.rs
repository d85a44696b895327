//! Every route, and what surrounds them all.

use std::time::Duration;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, delete, get, post},
};
use http::StatusCode;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer,
};

use crate::{AppState, around, cors, routes};

/// The whole service.
pub fn router(state: AppState) -> Router {
    let limit = state.settings.request_timeout;
    let auth = guarded(auth_routes(), limit).layer(from_fn_with_state(state.clone(), around::auth));
    let mut router = Router::new().nest("/api/auth", auth.clone());
    let base_path = state
        .settings
        .base_url
        .path()
        .trim_end_matches('/')
        .to_owned();
    if !base_path.is_empty() {
        // Behind a proxy that does not take the base URL's path off.
        router = router.nest(&format!("{base_path}/api/auth"), auth);
    }
    let pages = guarded(pages(), limit).layer(from_fn_with_state(state.clone(), around::page));
    let others = guarded(other_routes(), limit);
    let mut router = router
        .merge(pages)
        .merge(others.layer(from_fn_with_state(state.clone(), around::other)));
    if let Some(settings) = &state.settings.cors {
        router = router.layer(cors::layer(settings));
    }
    router
        .layer(from_fn_with_state(state.clone(), around::all))
        .with_state(state)
}

/// Bounds the time of every request, and turns a panic into an error.
fn guarded(routes: Router<AppState>, limit: Duration) -> Router<AppState> {
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, limit);
    // Together: each layer by itself is boxed, and copied with all that is in it.
    routes.layer((CatchPanicLayer::new(), timeout))
}

fn pages() -> Router<AppState> {
    Router::new().route(
        "/",
        get(routes::sign_in_page::page).layer(CompressionLayer::new()),
    )
}

fn other_routes() -> Router<AppState> {
    Router::new()
        .route(
            "/.backstage/health/v1/liveness",
            get(routes::health::liveness),
        )
        .route(
            "/.backstage/health/v1/readiness",
            get(routes::health::readiness),
        )
        .fallback(routes::not_found::page)
}

fn auth_routes() -> Router<AppState> {
    provider_routes()
        .route("/.well-known/jwks.json", get(routes::well_known::jwks))
        .route(
            "/.well-known/openid-configuration",
            get(routes::well_known::openid_configuration),
        )
        .route(
            "/.backstage/auth/v1/jwks.json",
            get(routes::plugin_keys::jwks),
        )
        .route(
            "/.assets/{name}",
            get(routes::assets::asset).layer(CompressionLayer::new()),
        )
        .route(
            "/.module/v1/stagedoor.js",
            get(routes::browser_module::script).layer(CompressionLayer::new()),
        )
        .route("/.icons/{name}", get(routes::icons::icon))
        .route("/.providers", get(routes::providers::list))
        .route(
            "/.stagedoor/sessions",
            get(routes::sessions::list).delete(routes::sessions::revoke_all),
        )
        .route(
            "/.stagedoor/sessions/{id}",
            delete(routes::sessions::revoke),
        )
        .route("/v1/userinfo", get(routes::userinfo::userinfo))
        .route(
            "/v1/authorize",
            any(routes::not_found::provider)
                .get(routes::authorize::ask)
                .post(routes::authorize::agree),
        )
        .route(
            "/v1/token",
            any(routes::not_found::provider).post(routes::token::token),
        )
        .route(
            "/v1/revoke",
            any(routes::not_found::provider).post(routes::token::revoke),
        )
        .fallback(routes::not_found::provider)
}

fn provider_routes() -> Router<AppState> {
    Router::new()
        .route("/{provider}/start", get(routes::start::start))
        .route(
            "/{provider}/handler/frame",
            get(routes::frame_handler::from_query).post(routes::frame_handler::from_form),
        )
        .route(
            "/{provider}/refresh",
            get(routes::refresh::refresh).post(routes::refresh::refresh),
        )
        .route("/{provider}/logout", post(routes::logout::logout))
        .route(
            "/{provider}/backchannel-logout",
            post(routes::backchannel_logout::logout),
        )
        .route(
            "/{provider}/frontchannel-logout",
            get(routes::frontchannel_logout::logout),
        )
}

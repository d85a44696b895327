//! Every route, and what surrounds them all.

use std::time::Duration;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, delete, get, post},
};
use http::StatusCode;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer,
};

use crate::{AppState, cors, error, headers, limits, metrics, request_id, routes};

/// The whole service.
pub fn router(state: AppState) -> Router {
    let limit = state.settings.request_timeout;
    // Errors of the guards get their body too.
    let auth = limited(guarded(auth_routes(), limit), &state).layer(from_fn(error::with_body));
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
    let mut router = router
        .merge(limited(guarded(pages(), limit), &state))
        .layer(from_fn_with_state(state.clone(), limits::for_people))
        .merge(guarded(other_routes(), limit))
        .layer(from_fn_with_state(
            state.clone(),
            routes::failed::for_people,
        ));
    if let Some(settings) = &state.settings.cors {
        router = router.layer(cors::layer(settings));
    }
    router
        .layer(from_fn_with_state(state.clone(), headers::secure))
        .layer(from_fn(metrics::count_request))
        .layer(from_fn_with_state(state.clone(), request_id::name_request))
        .with_state(state)
}

/// Bounds how much one client, and how much all of them together may ask for.
/// Nobody who asks for health is turned away.
fn limited(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes
        .layer(from_fn_with_state(state.in_flight.clone(), limits::admit))
        .layer(from_fn(limits::read_body))
        .layer(from_fn_with_state(
            state.rate_limits.clone(),
            limits::limit_rate,
        ))
}

/// Bounds the time of every request and the size of its head, and turns a panic
/// into an error.
fn guarded(routes: Router<AppState>, limit: Duration) -> Router<AppState> {
    routes
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            limit,
        ))
        .layer(from_fn(limits::limit_size))
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

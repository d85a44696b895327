//! What is around the routes, from the outside in.
//!
//! One layer each, made of functions that call one another: layers of their
//! own are boxed, and copied for every request with all that is within them.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use crate::{AppState, error, headers, limits, metrics, request_id, routes::failed};

/// Around everything: names, counts, and headers that make browsers careful.
pub(crate) async fn all(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let inner = async |request| next.run(request).await;
    let headed = async |request| headers::secure(&state, request, inner).await;
    let counted = async |request| metrics::count_request(request, headed).await;
    let addresses = &state.settings.client_addresses;
    let traces = state.traces.as_deref();
    request_id::name_request(addresses, traces, request, counted).await
}

/// Around the routes below `/api/auth`. Errors of the limits get their body too.
pub(crate) async fn auth(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let limited = async |request| within_limits(&state, request, next).await;
    let answered = async |request| error::with_body(request, limited).await;
    for_people(&state, request, answered).await
}

/// Around pages.
pub(crate) async fn page(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let limited = async |request| within_limits(&state, request, next).await;
    for_people(&state, request, limited).await
}

/// Around what is never turned away: health.
pub(crate) async fn other(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let inner = async |request| next.run(request).await;
    let sized = async |request| limits::limit_size(request, inner).await;
    failed::for_people(&state, request, sized).await
}

/// Whoever reads HTML gets pages for errors.
async fn for_people(
    state: &AppState,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let let_in = async |request| limits::for_people(&state.settings.page, request, next).await;
    failed::for_people(state, request, let_in).await
}

/// Bounds how much one client, and how much all of them together may ask for,
/// and the size of it.
async fn within_limits(state: &AppState, request: Request, next: Next) -> Response {
    let inner = async |request| next.run(request).await;
    let sized = async |request| limits::limit_size(request, inner).await;
    let admitted = async |request| limits::admit(&state.in_flight, request, sized).await;
    let read = async |request| limits::read_body(request, admitted).await;
    limits::limit_rate(&state.rate_limits, request, read).await
}

//! `GET|DELETE /.stagedoor/sessions`, `DELETE /.stagedoor/sessions/{id}`: services
//! manage sessions. No provider can have this id.
//!
//! They are let in as Backstage lets services in: by a static token of
//! `backend.auth.externalAccess` whose `accessRestrictions` name the plugin
//! `auth`. Where there is none, neither are these routes.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Uri};
use serde_json::json;
use stagedoor_signin::{
    ServicePermission, SignInError, audit,
    session::{SessionFilter, user_named},
};

use super::userinfo::bearer;
use crate::{AppState, error::ApiError, parameters::Parameters};

/// How many sessions a part of a list has unless something is said, and at
/// most.
const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 500;

/// What names sessions.
const NAMES: [&str; 4] = ["user", "provider", "environment", "subject"];

/// A part of the list of all sessions, or of those that are named.
pub(crate) async fn list(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let_in(&state, &headers, ServicePermission::ReadSessions)?;
    let query = Parameters::of_query(&uri);
    let [user, provider, environment, subject] = NAMES;
    if !query.are_among(&[user, provider, environment, subject, "limit", "cursor"]) {
        return Err(ApiError::UnknownParameter);
    }
    let limit = match query.one("limit")? {
        None => PAGE,
        Some(limit) => limit
            .parse()
            .ok()
            .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
            .ok_or(ApiError::InvalidParameter("limit"))?,
    };
    let cursor = query.one("cursor")?.map(str::parse).transpose();
    let cursor = cursor.map_err(|_| ApiError::InvalidParameter("cursor"))?;
    let sessions = state.sign_in.sessions();
    let page = sessions
        .list(&filter(&query)?, cursor.as_ref(), limit)
        .await
        .map_err(SignInError::from)?;
    let mut body = json!({ "items": page.sessions });
    if let Some(next) = page.next {
        body["nextCursor"] = next.to_string().into();
    }
    Ok(Json(body).into_response())
}

/// Ends one session.
pub(crate) async fn revoke(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let by = let_in(&state, &headers, ServicePermission::RevokeSessions)?;
    let id = id.parse().map_err(|_| ApiError::NoSuchSession)?;
    let sessions = state.sign_in.sessions();
    match sessions.revoke(id, &by).await.map_err(SignInError::from)? {
        true => Ok(ended(1)),
        false => Err(ApiError::NoSuchSession),
    }
}

/// Ends all sessions that are named.
pub(crate) async fn revoke_all(
    State(state): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let by = let_in(&state, &headers, ServicePermission::RevokeSessions)?;
    let query = Parameters::of_query(&uri);
    // A name that is misspelt must not end more than was meant.
    if !query.are_among(&NAMES) {
        return Err(ApiError::UnknownParameter);
    }
    let filter = filter(&query)?;
    if filter.user.is_none() && filter.provider.is_none() {
        return Err(ApiError::SessionsNotNamed);
    }
    let sessions = state.sign_in.sessions();
    let count = sessions.revoke_all(&filter, &by).await;
    Ok(ended(count.map_err(SignInError::from)?))
}

/// Who asks, if they may.
fn let_in(
    state: &AppState,
    headers: &HeaderMap,
    permission: ServicePermission,
) -> Result<String, ApiError> {
    let live = state.sign_in.live();
    if live.services.is_empty() {
        // As everything below an id that no provider has.
        return Err(SignInError::UnknownProvider(".stagedoor".to_owned()).into());
    }
    let token = bearer(headers).ok_or(ApiError::NoToken)?;
    let Some(service) = live.services.identify(token) else {
        audit::service_refused(None, permission.name());
        return Err(ApiError::InvalidToken);
    };
    if !service.may(permission) {
        audit::service_refused(Some(service.subject()), permission.name());
        return Err(ApiError::NotPermitted);
    }
    Ok(service.subject().to_owned())
}

fn filter(query: &Parameters) -> Result<SessionFilter, ApiError> {
    let named = |name| -> Result<Option<String>, ApiError> {
        match query.one(name)? {
            // As what is left out of a program's URL by mistake.
            Some("") => Err(ApiError::InvalidParameter(name)),
            value => Ok(value.map(str::to_owned)),
        }
    };
    let [user, provider, environment, subject] = NAMES;
    let user = named(user)?.map(|text| user_named(&text)).transpose();
    Ok(SessionFilter {
        user: user.map_err(|_| ApiError::InvalidParameter("user"))?,
        provider: named(provider)?,
        environment: named(environment)?,
        subject: named(subject)?,
    })
}

fn ended(count: u64) -> Response {
    Json(json!({ "ended": count })).into_response()
}

//! One line per event an auditor asks about. No token, code or secret.

use stagedoor_storage::{SessionFilter, SessionRecord};

use crate::{SignInError, provider::Provider, session::SessionResponse};

const TARGET: &str = "stagedoor::audit";

pub(crate) fn signed_in(provider: &Provider, session: &SessionResponse) {
    tracing::info!(
        target: TARGET,
        event = "sign_in",
        provider = provider.id,
        environment = provider.environment,
        user = session.user_entity_ref(),
        "signed in"
    );
}

pub(crate) fn sign_in_refused(provider: &Provider, error: &SignInError) {
    tracing::warn!(
        target: TARGET,
        event = "sign_in_refused",
        provider = provider.id,
        environment = provider.environment,
        reason = error.code(),
        detail = error.detail(),
        "sign-in refused"
    );
}

pub(crate) fn session_taken_over(provider: &Provider) {
    tracing::info!(
        target: TARGET,
        event = "session_taken_over",
        provider = provider.id,
        environment = provider.environment,
        "a session of Backstage goes on here"
    );
}

pub(crate) fn refresh_failed(provider: &Provider, error: &SignInError) {
    // Every first visit asks once whether there is a session: no news.
    if matches!(error, SignInError::SessionMissing) {
        tracing::debug!(provider = provider.id, "refresh without a session");
        return;
    }
    tracing::warn!(
        target: TARGET,
        event = "refresh_failed",
        provider = provider.id,
        environment = provider.environment,
        reason = error.code(),
        detail = error.detail(),
        "refresh failed"
    );
}

pub(crate) fn signed_out(provider: &Provider, user: Option<&str>) {
    tracing::info!(
        target: TARGET,
        event = "sign_out",
        provider = provider.id,
        environment = provider.environment,
        user,
        "signed out"
    );
}

/// The provider has ended `sessions` of ours, of `subject` where it said so.
pub(crate) fn logged_out_at_provider(
    event: &'static str,
    provider: &Provider,
    subject: Option<&str>,
    sessions: u64,
) {
    tracing::info!(
        target: TARGET,
        event,
        provider = provider.id,
        environment = provider.environment,
        subject,
        sessions,
        "logged out at the provider"
    );
}

/// Somebody said so who was not believed, or whose word could not be acted on.
pub(crate) fn provider_logout_refused(event: &'static str, provider: &str, error: &SignInError) {
    tracing::warn!(
        target: TARGET,
        event,
        outcome = "refused",
        provider,
        reason = error.code(),
        detail = error.detail(),
        "logout at the provider refused"
    );
}

/// One client asks for more than the limit `limit` allows: `requests` of its
/// and of others' were turned away since the last such line.
pub fn rate_limited(limit: &'static str, client: &dyn std::fmt::Display, requests: u64) {
    tracing::warn!(
        target: TARGET,
        event = "rate_limited",
        limit,
        %client,
        requests,
        "requests were turned away: too many from one client"
    );
}

/// More is asked for than can be done at once: `requests` were turned away
/// since the last such line.
pub fn overload(requests: u64) {
    tracing::warn!(
        target: TARGET,
        event = "overload",
        requests,
        "requests were turned away: too many at once"
    );
}

/// A secret half of a session's past was presented: the session is ended.
pub(crate) fn session_secret_reused(session: &SessionRecord) {
    tracing::warn!(
        target: TARGET,
        event = "session_secret_reused",
        session = %session.id,
        provider = session.provider,
        environment = session.environment,
        subject = session.subject,
        user = session.user_entity_ref,
        "a cookie was used that its session had given up: it may be stolen, the session is ended"
    );
}

/// Somebody has more sessions than `auth.session.maxPerUser`: those least used
/// are ended.
pub(crate) fn session_limit(session: &SessionRecord, ended: u64) {
    tracing::info!(
        target: TARGET,
        event = "session_limit",
        provider = session.provider,
        environment = session.environment,
        subject = session.subject,
        user = session.user_entity_ref,
        sessions = ended,
        "sessions above the limit are ended"
    );
}

/// A session was ended by an operator or a service.
pub(crate) fn session_revoked(session: &SessionRecord, by: &str) {
    tracing::info!(
        target: TARGET,
        event = "session_revoked",
        by,
        session = %session.id,
        provider = session.provider,
        environment = session.environment,
        subject = session.subject,
        user = session.user_entity_ref,
        "session revoked"
    );
}

/// All sessions that fit were ended by an operator or a service.
pub(crate) fn sessions_revoked(filter: &SessionFilter, by: &str, sessions: u64) {
    tracing::info!(
        target: TARGET,
        event = "sessions_revoked",
        by,
        user = filter.user.as_ref().map(tracing::field::display),
        provider = filter.provider,
        environment = filter.environment,
        subject = filter.subject,
        sessions,
        "sessions revoked"
    );
}

/// A service was refused that asked for sessions.
pub fn service_refused(service: Option<&str>, permission: &'static str) {
    tracing::warn!(
        target: TARGET,
        event = "service_refused",
        service,
        permission,
        "a request to manage sessions was refused"
    );
}

//! One line per event an auditor asks about. No token, code or secret.

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

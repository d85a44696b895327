//! One line per event an auditor asks about. No token, code or secret.
//!
//! The names of events and fields are a promise: `docs/audit.md` lists them,
//! and a test holds the two against each other. Who called and the request's
//! id are in the span around the request. Sessions that end are counted as
//! they are told of.

use stagedoor_storage::{SessionFilter, SessionRecord};

pub use crate::audit_operation::{
    configuration_changed, configuration_refused, overload, rate_limited, service_refused,
};
use crate::{SignInError, audit_operation::TARGET, count, provider::Provider, who::Who};

/// An event about somebody at a provider. What is not known is left out.
macro_rules! event {
    ($level:ident, $event:expr, $provider:expr, $who:expr, { $($more:tt)* } $message:literal) => {
        tracing::$level!(
            target: TARGET,
            event = $event,
            provider = $provider.id,
            environment = $provider.environment,
            user = $who.user(),
            subject = $who.subject(),
            session = $who.session().map(tracing::field::display),
            resolver = $who.resolver(),
            $($more)*
            $message
        )
    };
}

pub(crate) fn signed_in(provider: &Provider, who: &Who) {
    event!(info, "sign_in", provider, who, {} "signed in");
}

/// A program on somebody's machine has got tokens in their name.
pub(crate) fn client_signed_in(provider: &Provider, who: &Who, program: &str) {
    event!(info, "client_sign_in", provider, who, { program, } "a program has signed in");
}

pub(crate) fn sign_in_refused(provider: &Provider, who: &Who, error: &SignInError) {
    event!(warn, "sign_in_refused", provider, who, {
        reason = error.code(),
        detail = error.detail(),
    } "sign-in refused");
}

/// A sign-in that was refused before it was known which configuration of the
/// provider it is about, or whether it is one at all.
pub(crate) fn sign_in_refused_early(provider: &str, error: &SignInError) {
    tracing::warn!(
        target: TARGET,
        event = "sign_in_refused",
        provider,
        reason = error.code(),
        detail = error.detail(),
        "sign-in refused"
    );
}

pub(crate) fn session_taken_over(session: &SessionRecord) {
    tell(
        "session_taken_over",
        session,
        "a session of Backstage goes on here",
    );
}

pub(crate) fn refresh_failed(provider: &Provider, who: &Who, error: &SignInError) {
    event!(warn, "refresh_failed", provider, who, {
        reason = error.code(),
        detail = error.detail(),
    } "refresh failed");
}

pub(crate) fn signed_out(session: &SessionRecord) {
    count::sessions_ended("signed_out", 1);
    tell("sign_out", session, "signed out");
}

/// The provider has ended `sessions` of ours, of `subject` where it said so.
pub(crate) fn logged_out_at_provider(
    event: &'static str,
    provider: &Provider,
    subject: Option<&str>,
    sessions: u64,
) {
    count::sessions_ended(event, sessions);
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

/// A secret half of a session's past was presented: the session is ended.
pub(crate) fn session_secret_reused(session: &SessionRecord) {
    count::sessions_ended("session_secret_reused", 1);
    let who = Who::of(session);
    tracing::warn!(
        target: TARGET,
        event = "session_secret_reused",
        provider = session.provider,
        environment = session.environment,
        user = who.user(),
        subject = who.subject(),
        session = %session.id,
        "a cookie was used that its session had given up: it may be stolen, the session is ended"
    );
}

/// Somebody has more sessions than `auth.session.maxPerUser`: those least used
/// are ended.
pub(crate) fn session_limit(session: &SessionRecord, ended: u64) {
    count::sessions_ended("session_limit", ended);
    let who = Who::of(session);
    tracing::info!(
        target: TARGET,
        event = "session_limit",
        provider = session.provider,
        environment = session.environment,
        user = who.user(),
        subject = who.subject(),
        sessions = ended,
        "sessions above the limit are ended"
    );
}

/// A session was ended by an operator or a service.
pub(crate) fn session_revoked(session: &SessionRecord, by: &str) {
    count::sessions_ended("revoked", 1);
    let who = Who::of(session);
    tracing::info!(
        target: TARGET,
        event = "session_revoked",
        by,
        provider = session.provider,
        environment = session.environment,
        user = who.user(),
        subject = who.subject(),
        session = %session.id,
        "session revoked"
    );
}

/// All sessions that fit were ended by an operator or a service.
pub(crate) fn sessions_revoked(filter: &SessionFilter, by: &str, sessions: u64) {
    count::sessions_ended("revoked", sessions);
    tracing::info!(
        target: TARGET,
        event = "sessions_revoked",
        by,
        provider = filter.provider,
        environment = filter.environment,
        user = filter.user.as_ref().map(tracing::field::display),
        subject = filter.subject,
        sessions,
        "sessions revoked"
    );
}

/// An event in the life of a session.
fn tell(event: &'static str, session: &SessionRecord, message: &'static str) {
    let who = Who::of(session);
    tracing::info!(
        target: TARGET,
        event,
        provider = session.provider,
        environment = session.environment,
        user = who.user(),
        subject = who.subject(),
        session = %session.id,
        "{message}"
    );
}

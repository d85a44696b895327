//! Whom an event is about.

use std::sync::OnceLock;

use stagedoor_storage::{SessionId, SessionRecord};

/// Whom an event is about: filled in as it becomes known, also by a task that
/// goes on alone, and told with the event.
#[derive(Debug, Default)]
pub(crate) struct Who {
    session: OnceLock<SessionId>,
    subject: OnceLock<String>,
    user: OnceLock<String>,
    resolver: OnceLock<String>,
}

impl Who {
    /// Whose session it is.
    pub(crate) fn of(session: &SessionRecord) -> Self {
        let who = Self::default();
        who.has(session);
        who
    }

    /// They have this session. What was known of it before may have changed.
    pub(crate) fn has(&self, session: &SessionRecord) {
        let _ = self.session.set(session.id);
        self.is_subject((!session.subject.is_empty()).then_some(&session.subject));
        self.is_user(session.user_entity_ref.as_deref());
    }

    /// Who they are at the provider.
    pub(crate) fn is_subject(&self, subject: Option<&str>) {
        if let Some(subject) = subject {
            let _ = self.subject.set(subject.to_owned());
        }
    }

    /// Who they are in Backstage.
    pub(crate) fn is_user(&self, user: Option<&str>) {
        if let Some(user) = user {
            let _ = self.user.set(user.to_owned());
        }
    }

    /// Which resolver has decided.
    pub(crate) fn was_decided_by(&self, resolver: &str) {
        let _ = self.resolver.set(resolver.to_owned());
    }

    pub(crate) fn session(&self) -> Option<SessionId> {
        self.session.get().copied()
    }

    pub(crate) fn subject(&self) -> Option<&str> {
        self.subject.get().map(String::as_str)
    }

    pub(crate) fn user(&self) -> Option<&str> {
        self.user.get().map(String::as_str)
    }

    pub(crate) fn resolver(&self) -> Option<&str> {
        self.resolver.get().map(String::as_str)
    }
}

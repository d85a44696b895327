//! `auth.session.maxPerUser`: so the database does not grow with every browser
//! that somebody ever signed in with.

use stagedoor_storage::{SessionOwner, SessionRecord};

use crate::{SignIn, audit};

impl SignIn {
    /// Ends the least used sessions of whose `session` is, until there are no
    /// more than there may be. `session` itself stays.
    pub(super) async fn keep_to_limit(&self, session: &SessionRecord) {
        let Some(owner) = owner_of(session) else {
            return;
        };
        let others = self.live().sessions.max_per_user.saturating_sub(1);
        let now = self.clock.now();
        let ended = self
            .storage
            .delete_least_used(owner, session.id, others, now);
        match ended.await {
            Ok(0) => {}
            Ok(ended) => audit::session_limit(session, ended),
            Err(error) => {
                tracing::warn!(%error, "sessions above the limit could not be ended, the next sign-in will");
            }
        }
    }
}

/// Without a User, whom the provider says it is; `None` where it has not said.
fn owner_of(session: &SessionRecord) -> Option<SessionOwner<'_>> {
    match session.user_entity_ref.as_deref() {
        Some(user) => Some(SessionOwner::User(user)),
        None if session.subject.is_empty() => None,
        None => Some(SessionOwner::Subject {
            provider: &session.provider,
            environment: &session.environment,
            subject: &session.subject,
        }),
    }
}

//! How long sessions last, and how many there may be.

use jiff::{SignedDuration, Timestamp};
use stagedoor_storage::SessionRecord;

/// `auth.session`: what holds for sessions of every provider, besides its
/// `sessionDuration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPolicy {
    /// `idleTimeout`: how long a session lasts without a refresh.
    pub idle_timeout: Option<SignedDuration>,
    /// `absoluteLifetime`: how long a session lasts from its sign-in, whatever
    /// is done with it.
    pub absolute_lifetime: Option<SignedDuration>,
    /// `maxPerUser`: how many sessions somebody may have. One more ends the
    /// one that was not used for longest.
    pub max_per_user: u32,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            idle_timeout: None,
            absolute_lifetime: None,
            max_per_user: 100,
        }
    }
}

impl SessionPolicy {
    /// When a session is over that is not refreshed any more.
    pub(crate) fn end(&self, created_at: Timestamp, refreshed_at: Timestamp) -> Timestamp {
        let after = |time: Timestamp, lasting: Option<SignedDuration>| {
            lasting.and_then(|lasting| time.checked_add(lasting).ok())
        };
        let idle = after(refreshed_at, self.idle_timeout);
        let absolute = after(created_at, self.absolute_lifetime);
        let ends = [idle, absolute].into_iter().flatten();
        ends.min().unwrap_or(Timestamp::MAX)
    }

    /// Whether the session is over by `now`: the policy may have become
    /// stricter since its end was written down.
    pub(crate) fn is_over(&self, session: &SessionRecord, now: Timestamp) -> bool {
        self.end(session.created_at, session.refreshed_at) <= now
    }
}

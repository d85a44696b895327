//! Which browsers are signed in, and as whom.

use jiff::{SignedDuration, Timestamp};

use crate::{
    bounded::BoundedMap,
    opaque::{Fingerprint, Opaque},
};

/// A browser that is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// The `sid` of ID tokens (OpenID Connect Back-Channel Logout §2.1).
    pub(crate) sid: String,
    /// Who signed in.
    pub(crate) subject: String,
    /// When they pressed their button.
    pub(crate) auth_time: Timestamp,
}

/// All sessions, by the fingerprint of their cookie.
#[derive(Debug)]
pub(crate) struct Sessions(BoundedMap<Fingerprint, Session>);

impl Default for Sessions {
    fn default() -> Self {
        Self(BoundedMap::new(Self::LIMIT))
    }
}

impl Sessions {
    const LIMIT: usize = 1_000;
    const LIFETIME: SignedDuration = SignedDuration::from_hours(8);

    pub(crate) fn open(&mut self, cookie: &Opaque, session: Session, now: Timestamp) {
        self.0
            .insert(cookie.fingerprint(), session, now + Self::LIFETIME, now);
    }

    pub(crate) fn find(&self, cookie: &str, now: Timestamp) -> Option<Session> {
        self.0.get(&Fingerprint::of(cookie), now).cloned()
    }

    pub(crate) fn close(&mut self, cookie: &str, now: Timestamp) -> Option<Session> {
        self.0.remove(&Fingerprint::of(cookie), now)
    }

    pub(crate) fn close_sid(&mut self, sid: &str) {
        self.0.retain(|session| session.sid != sid);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

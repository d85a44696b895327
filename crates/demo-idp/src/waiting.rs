//! Forms that wait to be sent back by the browser they were given to.

use jiff::{SignedDuration, Timestamp};

use crate::{
    bounded::BoundedMap,
    opaque::{Fingerprint, Opaque},
};

/// Forms that wait, each with what it is about. A form carries a CSRF token
/// that is good once, and only together with the cookie that was set when the
/// form was shown.
#[derive(Debug)]
pub(crate) struct Waiting<T>(BoundedMap<Fingerprint, Form<T>>);

#[derive(Debug)]
struct Form<T> {
    cookie: Fingerprint,
    about: T,
}

/// Why a form was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Sent before, expired, or never shown.
    NotWaiting,
    /// Sent by a browser it was not shown to.
    OtherBrowser,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self(BoundedMap::new(Self::LIMIT))
    }
}

impl<T> Waiting<T> {
    const LIMIT: usize = 1_000;
    const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

    pub(crate) fn show(&mut self, csrf: &Opaque, cookie: &Opaque, about: T, now: Timestamp) {
        let form = Form {
            cookie: cookie.fingerprint(),
            about,
        };
        self.0
            .insert(csrf.fingerprint(), form, now + Self::LIFETIME, now);
    }

    pub(crate) fn accept(
        &mut self,
        csrf: &str,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<T, Refused> {
        let key = Fingerprint::of(csrf);
        let form = self.0.get(&key, now).ok_or(Refused::NotWaiting)?;
        let bound = cookie.is_some_and(|cookie| Fingerprint::of(cookie) == form.cookie);
        if !bound {
            return Err(Refused::OtherBrowser);
        }
        self.0
            .remove(&key, now)
            .map(|form| form.about)
            .ok_or(Refused::NotWaiting)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use stagedoor_ambient::SystemEntropy;

    use super::*;

    #[test]
    fn a_form_is_good_once_for_its_browser_and_in_time() {
        let fresh = || Opaque::fresh(&SystemEntropy::default()).unwrap();
        let (csrf, cookie, other) = (fresh(), fresh(), fresh());
        let shown = Timestamp::UNIX_EPOCH;
        let mut waiting = Waiting::default();
        waiting.show(&csrf, &cookie, "about", shown);
        let mut send = |cookie: Option<&Opaque>, minute| {
            let now = shown + SignedDuration::from_mins(minute);
            waiting.accept(csrf.reveal(), cookie.map(Opaque::reveal), now)
        };
        assert_eq!(send(None, 1), Err(Refused::OtherBrowser));
        assert_eq!(send(Some(&other), 1), Err(Refused::OtherBrowser));
        assert_eq!(send(Some(&cookie), 10), Err(Refused::NotWaiting));
        assert_eq!(send(Some(&cookie), 9), Ok("about"));
        assert_eq!(send(Some(&cookie), 9), Err(Refused::NotWaiting));
    }

    #[test]
    fn never_waits_for_more_than_its_limit() {
        let entropy = SystemEntropy::default();
        let mut waiting = Waiting::default();
        for _ in 0..Waiting::<()>::LIMIT + 10 {
            let value = Opaque::fresh(&entropy).unwrap();
            waiting.show(&value, &value, (), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(waiting.len(), Waiting::<()>::LIMIT);
    }
}

//! The secret half of a session's cookie, which changes while the session goes
//! on: so a stolen cookie is found out.
//!
//! A refresh gives a new secret. The one before stays good until the new one
//! has been seen, since the answer that brought it may have been lost, and for
//! a minute more, for requests that were on their way. From then on only a
//! copy can present it, or it is presented by whom it was copied from: the
//! session is ended.
//!
//! Whoever presents the one before when the new one is a minute old gets
//! another in its place, and the new one, which only a lost answer can have
//! had, is of the past. So of two who take turns with copies of one cookie
//! each has a secret that the other's refresh makes one of the past.
//!
//! Secrets after the first follow from a key of the session's own, which is
//! sealed with its tokens. So every node can tell a secret of the session's
//! past from an invented one, whoever waits for a refresh on another node gets
//! its new cookie too, and the database holds nothing a cookie could be made of.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use stagedoor_ambient::{Entropy, NoEntropy, random_bytes};
use stagedoor_storage::{SessionId, SessionRecord};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{SessionCookie, cookie::SECRET_LEN};

/// How long a secret stays good once the next one has been seen: parallel tabs
/// may have sent it just before.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// The bytes of a secret that say the how-many-th it is.
const NUMBER_LEN: usize = 4;
const LABEL: &[u8] = b"stagedoor/1/session-secret";

/// Which secret half is good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rotation {
    key: Key,
    /// The how-many-th secret is the newest; the first is number 0.
    number: u32,
    /// Until when the one before is good; `None` as long as the newest has not
    /// been seen.
    previous_until: Option<Timestamp>,
    /// When the newest was first given; `None` where that was not noted.
    #[serde(default)]
    given_at: Option<Timestamp>,
    /// How many were given after the one before that is good, and never seen.
    #[serde(default)]
    unseen: u32,
}

/// What a cookie's secret half is to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The newest.
    Newest,
    /// The one before, still good.
    Previous,
    /// One of its past.
    RotatedOut,
    /// None of its own.
    Unknown,
}

impl Standing {
    /// What `cookie` is to the session of `record`, whose secrets follow from
    /// `rotation` once it was refreshed.
    pub(crate) fn of(
        cookie: &SessionCookie,
        record: &SessionRecord,
        rotation: Option<&Rotation>,
        now: Timestamp,
    ) -> Self {
        let is_first = cookie.id() == record.id && cookie.opens(&record.secret_hash);
        let Some(rotation) = rotation else {
            return if is_first {
                Self::Newest
            } else {
                Self::Unknown
            };
        };
        match is_first.then_some(0).or_else(|| rotation.number_of(cookie)) {
            Some(number) => rotation.standing(number, now),
            None => Self::Unknown,
        }
    }
}

impl Rotation {
    /// What a refresh makes of `before`, for whom presented the secret that
    /// stands so.
    pub(crate) fn after(
        before: Option<&Self>,
        presented: Standing,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Option<Self>, NoEntropy> {
        let Some(before) = before else {
            return Ok(Some(Self {
                key: Key::generate(entropy)?,
                number: 1,
                previous_until: None,
                given_at: Some(now),
                unseen: 0,
            }));
        };
        let mut after = before.clone();
        match (presented, before.previous_until) {
            (Standing::Newest, None) => after.previous_until = now.checked_add(GRACE).ok(),
            (Standing::Newest, Some(until)) if until <= now => after.advance(0, now),
            (Standing::Previous, None) => match before.given_at {
                Some(given) if now.duration_since(given) >= GRACE => {
                    after.advance(before.unseen.saturating_add(1), now);
                }
                Some(_) => {}
                None => after.given_at = Some(now),
            },
            _ => {}
        }
        Ok(Some(after))
    }

    /// Gives another secret; `unseen` that were given before it never arrived.
    fn advance(&mut self, unseen: u32, now: Timestamp) {
        // Four thousand million refreshes on, the last one stays.
        if let Some(number) = self.number.checked_add(1) {
            self.number = number;
            self.previous_until = None;
            self.given_at = Some(now);
            self.unseen = unseen;
        }
    }

    /// The cookie with the newest secret.
    pub(crate) fn cookie(&self, id: SessionId) -> SessionCookie {
        SessionCookie::with_secret(id, self.key.secret(id, self.number))
    }

    /// The how-many-th secret `cookie` has; `None` for one that never was.
    fn number_of(&self, cookie: &SessionCookie) -> Option<u32> {
        let mut number = [0; NUMBER_LEN];
        number.copy_from_slice(&cookie.secret()[..NUMBER_LEN]);
        let number = u32::from_be_bytes(number);
        let secret = self.key.secret(cookie.id(), number);
        let is_so: bool = secret.ct_eq(cookie.secret()).into();
        (is_so && (1..=self.number).contains(&number)).then_some(number)
    }

    fn standing(&self, number: u32, now: Timestamp) -> Standing {
        let previous = self.unseen.saturating_add(1);
        match self.number - number {
            0 => Standing::Newest,
            before if before == previous && self.previous_until.is_none_or(|until| now < until) => {
                Standing::Previous
            }
            _ => Standing::RotatedOut,
        }
    }
}

/// What a session's secrets after the first follow from.
#[derive(Clone)]
struct Key(Zeroizing<[u8; 32]>);

impl Key {
    fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        random_bytes(entropy).map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// Its number, and what only this key makes of it.
    fn secret(&self, id: SessionId, number: u32) -> Zeroizing<[u8; SECRET_LEN]> {
        let number = number.to_be_bytes();
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice());
        let mut mac = hmac::Context::with_key(&key);
        for part in [LABEL, &id.0, &number] {
            mac.update(part);
        }
        let tag = mac.sign();
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        let (start, rest) = secret.split_at_mut(NUMBER_LEN);
        start.copy_from_slice(&number);
        rest.copy_from_slice(&tag.as_ref()[..SECRET_LEN - NUMBER_LEN]);
        secret
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(STANDARD_NO_PAD.encode(self.0.as_slice()));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let mut key = Zeroizing::new([0; 32]);
        match STANDARD_NO_PAD.decode_slice(text.as_bytes(), key.as_mut_slice()) {
            Ok(32) => Ok(Self(key)),
            _ => Err(D::Error::custom("not a key of 32 bytes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use stagedoor_ambient::SystemEntropy;

    use super::*;

    const ID: SessionId = SessionId([7; 16]);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn after(before: Option<&Rotation>, presented: Standing, second: i64) -> Rotation {
        let entropy = SystemEntropy::default();
        Rotation::after(before, presented, at(second), &entropy)
            .unwrap()
            .unwrap()
    }

    #[test]
    fn the_secret_before_is_good_until_the_new_one_is_seen_and_a_minute_more() {
        let first = after(None, Standing::Newest, 0);
        assert_eq!(first.standing(1, at(0)), Standing::Newest);
        assert_eq!(first.standing(0, at(1_000_000)), Standing::Previous);
        // Another tab: the same once more.
        let again = after(Some(&first), Standing::Previous, 59);
        assert_eq!(again.number, 1);
        assert_eq!(again.standing(0, at(1_000_000)), Standing::Previous);
        let seen = after(Some(&again), Standing::Newest, 200);
        assert_eq!(seen.number, 1);
        assert_eq!(seen.standing(0, at(259)), Standing::Previous);
        assert_eq!(seen.standing(0, at(260)), Standing::RotatedOut);
        // Within that minute there is no third one.
        assert_eq!(after(Some(&seen), Standing::Newest, 259).number, 1);
        assert_eq!(after(Some(&seen), Standing::Previous, 259).number, 1);
        let second = after(Some(&seen), Standing::Newest, 260);
        assert_eq!(second.number, 2);
        assert_eq!(second.standing(1, at(1_000_000)), Standing::Previous);
        assert_eq!(second.standing(0, at(260)), Standing::RotatedOut);
    }

    #[test]
    fn whose_answer_was_lost_gets_another_and_what_was_lost_is_of_the_past() {
        let mut rotation = after(None, Standing::Newest, 0);
        for turn in 1..4 {
            rotation = after(Some(&rotation), Standing::Previous, i64::from(turn) * 60);
            assert_eq!(rotation.number, turn + 1);
            assert_eq!(rotation.standing(0, at(1_000_000)), Standing::Previous);
            for lost in 1..=turn {
                assert_eq!(rotation.standing(lost, at(0)), Standing::RotatedOut);
            }
        }
        let seen = after(Some(&rotation), Standing::Newest, 300);
        assert_eq!(seen.standing(0, at(359)), Standing::Previous);
        assert_eq!(seen.standing(0, at(360)), Standing::RotatedOut);
        let next = after(Some(&seen), Standing::Newest, 360);
        assert_eq!(next.standing(4, at(1_000_000)), Standing::Previous);
        assert_eq!(next.standing(3, at(360)), Standing::RotatedOut);
    }

    /// Sessions of before have no such times; a clock that is put back gives
    /// nobody another secret.
    #[test]
    fn without_a_time_nothing_is_given_up() {
        let first = after(None, Standing::Newest, 1_000);
        assert_eq!(after(Some(&first), Standing::Previous, 0).number, 1);
        let mut old = serde_json::to_value(&first).unwrap();
        let fields = old.as_object_mut().unwrap();
        fields.retain(|name, _| !["given_at", "unseen"].contains(&name.as_str()));
        let old: Rotation = serde_json::from_value(old).unwrap();
        assert_eq!(old.standing(0, at(5_000)), Standing::Previous);
        let noted = after(Some(&old), Standing::Previous, 5_000);
        assert_eq!((noted.number, noted.given_at), (1, Some(at(5_000))));
    }

    #[test]
    fn every_secret_of_the_past_is_told_from_an_invented_one() {
        let mut rotation = after(None, Standing::Newest, 0);
        let mut cookies = vec![rotation.cookie(ID)];
        for turn in 1..20 {
            rotation = after(Some(&rotation), Standing::Newest, turn * 100);
            cookies.push(rotation.cookie(ID));
        }
        for (turn, cookie) in cookies.iter().enumerate() {
            let number = rotation.number_of(cookie);
            assert_eq!(number, u32::try_from(turn / 2 + 1).ok());
            let elsewhere =
                SessionCookie::with_secret(SessionId([8; 16]), (*cookie.secret()).into());
            assert_eq!(rotation.number_of(&elsewhere), None);
        }
        // One to come, and any that are changed.
        let mut later = rotation.clone();
        later.number += 1;
        assert_eq!(rotation.number_of(&later.cookie(ID)), None);
        for at in 0..SECRET_LEN {
            let mut secret = *rotation.cookie(ID).secret();
            secret[at] ^= 1;
            let changed = SessionCookie::with_secret(ID, secret.into());
            assert_eq!(rotation.number_of(&changed), None, "byte {at}");
        }
        let other = after(None, Standing::Newest, 0);
        assert_eq!(rotation.number_of(&other.cookie(ID)), None);
    }

    #[test]
    fn it_is_read_as_it_was_written_and_shows_no_key() {
        let rotation = after(None, Standing::Newest, 0);
        let text = serde_json::to_string(&rotation).unwrap();
        let read: Rotation = serde_json::from_str(&text).unwrap();
        assert_eq!(read.cookie(ID).expose(), rotation.cookie(ID).expose());
        let key = STANDARD_NO_PAD.encode(rotation.key.0.as_slice());
        assert!(text.contains(&key));
        assert!(!format!("{rotation:?}").contains(&key));
        for short in ["", "AAAA"] {
            let text = text.replace(&key, short);
            assert!(serde_json::from_str::<Rotation>(&text).is_err());
        }
    }
}

//! `auth.session`: how long sessions last, how many there may be, and what
//! they are sealed with.

use jiff::SignedDuration;
use secrecy::SecretString;

use crate::reading::{Field, Limits, Section};

/// As long as a session lasts unless something is said.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 1_000);
/// More sessions of one person than this are no limit.
const MOST_PER_USER: u32 = 100_000;

/// What holds for the sessions of every provider, besides `sessionDuration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// `auth.session.idleTimeout`, ours: how long a session lasts without a
    /// refresh.
    pub idle_timeout: Option<SignedDuration>,
    /// `auth.session.absoluteLifetime`, ours: how long a session lasts from its
    /// sign-in.
    pub absolute_lifetime: Option<SignedDuration>,
    /// `auth.session.maxPerUser`, ours: how many sessions somebody may have;
    /// 100 unless it is set.
    pub max_per_user: u32,
}

/// `auth.session`, read.
pub(super) struct Session {
    pub(super) secrets: Vec<SecretString>,
    pub(super) limits: SessionLimits,
}

impl Session {
    pub(super) fn read(auth: &Section<'_>) -> Self {
        let session = auth.section("session");
        session.warn_of_typos(
            &["secret", "idleTimeout", "absoluteLifetime", "maxPerUser"],
            &[],
        );
        let lasting = |field: Option<Field<'_>>| {
            let limits = Limits {
                default: None,
                least: SignedDuration::from_secs(1),
                most: LONGEST,
            };
            field.and_then(|field| field.duration_within(&limits))
        };
        let secrets = session
            .get("secret")
            .and_then(|field| field.string_or_strings());
        let limits = SessionLimits {
            idle_timeout: lasting(session.get("idleTimeout")),
            absolute_lifetime: lasting(session.get("absoluteLifetime")),
            max_per_user: session
                .get("maxPerUser")
                .and_then(|field| how_many(&field))
                .unwrap_or(100),
        };
        Self {
            secrets: secrets
                .unwrap_or_default()
                .into_iter()
                .map(SecretString::from)
                .collect(),
            limits,
        }
    }
}

fn how_many(field: &Field<'_>) -> Option<u32> {
    let number = field.number()?;
    if number.fract() == 0.0 && (1.0..=f64::from(MOST_PER_USER)).contains(&number) {
        return Some(number as u32);
    }
    field.wrong("a whole number from 1 to 100000")
}

//! How much is taken on: `stagedoor.rateLimit` and `stagedoor.limits`.

use std::num::NonZeroU32;

use crate::reading::{Field, Section};

/// The highest limit that can be set: more is no limit.
const MOST: u32 = 10_000_000;

/// How many requests of a kind one client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in a minute, in the long run.
    pub per_minute: NonZeroU32,
    /// Requests at once, after a while without any.
    pub burst: NonZeroU32,
}

impl RateLimit {
    /// With a burst of two minutes' worth.
    fn of(per_minute: NonZeroU32) -> Self {
        Self {
            per_minute,
            burst: per_minute.saturating_mul(const { NonZeroU32::MIN.saturating_add(1) }),
        }
    }
}

/// `stagedoor.rateLimit`: limits for each client address; `None` has none.
///
/// The defaults let 5,000 people in who share one address: each brings three
/// tabs that refresh and one sign-in within five minutes, which are 3,000
/// refreshes and 1,000 sign-ins in a minute. A form that the provider posts
/// comes to the handler twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimits {
    /// `start`: sign-ins begun.
    pub start: Option<RateLimit>,
    /// `handler`: answers of providers.
    pub handler: Option<RateLimit>,
    /// `refresh`: sessions asked for.
    pub refresh: Option<RateLimit>,
    /// `failures`: calls with a token or password that was refused, where
    /// machines and administrators call.
    pub failures: Option<RateLimit>,
}

impl Default for RateLimits {
    fn default() -> Self {
        let limit = |per_minute| NonZeroU32::new(per_minute).map(RateLimit::of);
        Self {
            start: limit(1_200),
            handler: limit(2_400),
            refresh: limit(6_000),
            failures: limit(60),
        }
    }
}

impl RateLimits {
    const NONE: Self = Self {
        start: None,
        handler: None,
        refresh: None,
        failures: None,
    };

    pub(super) fn read(stagedoor: &Section<'_>) -> Self {
        let defaults = Self::default();
        let Some(field) = stagedoor.get("rateLimit") else {
            return defaults;
        };
        match field.as_boolean() {
            Some(true) => return defaults,
            Some(false) => return Self::NONE,
            None => {}
        }
        let section = stagedoor.section("rateLimit");
        section.warn_of_typos(&["start", "handler", "refresh", "failures"], &[]);
        Self {
            start: limit(&section, "start", defaults.start),
            handler: limit(&section, "handler", defaults.handler),
            refresh: limit(&section, "refresh", defaults.refresh),
            failures: limit(&section, "failures", defaults.failures),
        }
    }
}

fn limit(section: &Section<'_>, key: &str, default: Option<RateLimit>) -> Option<RateLimit> {
    let Some(field) = section.get(key) else {
        return default;
    };
    match field.as_boolean() {
        Some(true) => return default,
        Some(false) => return None,
        None => {}
    }
    let limit = section.section(key);
    limit.warn_of_typos(&["perMinute", "burst"], &[]);
    let per_minute = limit
        .required("perMinute", &["limit"])
        .and_then(|field| count(&field))?;
    let burst = limit.get("burst").and_then(|field| count(&field));
    Some(RateLimit {
        burst: burst.unwrap_or(RateLimit::of(per_minute).burst),
        per_minute,
    })
}

/// `stagedoor.limits`: what is under way at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `connections`: more are told at once to come back.
    pub connections: u32,
    /// `requests`: more wait for a moment, and are then told to come back. At
    /// a provider that takes five seconds to answer, the default is 200
    /// sign-ins in a second.
    pub requests: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            requests: 1_024,
        }
    }
}

impl Limits {
    pub(super) fn read(stagedoor: &Section<'_>) -> Self {
        let limits = stagedoor.section("limits");
        limits.warn_of_typos(&["connections", "requests"], &[]);
        let defaults = Self::default();
        let read = |field: Option<Field<'_>>| field.and_then(|it| count(&it)).map(NonZeroU32::get);
        Self {
            connections: read(limits.get("connections")).unwrap_or(defaults.connections),
            requests: read(limits.get("requests")).unwrap_or(defaults.requests),
        }
    }
}

/// A whole number of things.
fn count(field: &Field<'_>) -> Option<NonZeroU32> {
    let number = field.number()?;
    let whole = number.fract() == 0.0 && number <= f64::from(MOST);
    let count = NonZeroU32::new(if whole { number as u32 } else { 0 });
    count.or_else(|| field.wrong("a whole number from 1 to 10000000"))
}

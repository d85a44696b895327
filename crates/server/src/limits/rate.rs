//! How much one client may ask for in a time.
//!
//! Each limit is a table of fixed size, into which addresses are hashed: no
//! number of addresses makes it grow, and none pushes another out, as it would
//! with a cache. Two that meet in one place share its limit, which matters only
//! if both come near it.

use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use metrics::counter;

use super::aggregate::Aggregate;
use crate::{
    client::ClientAddress,
    error::{ApiError, Why},
};

/// Places in a table: 128 kB. A thousand clients at once have 1 in 16 that
/// shares its place with another.
const PLACES: usize = 16_384;

/// How many requests of a kind one client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// In a minute, in the long run.
    pub per_minute: NonZeroU32,
    /// At once, after a while without any.
    pub burst: NonZeroU32,
}

/// The limits of this process; `None` has no limit.
#[derive(Debug, Default)]
pub struct RateLimits {
    start: Option<Limiter>,
    handler: Option<Limiter>,
    refresh: Option<Limiter>,
    failures: Option<Limiter>,
}

impl RateLimits {
    /// Limits of the routes `start`, `handler/frame` and `refresh`, and of
    /// calls by machines and administrators that were refused.
    #[must_use]
    pub fn new(
        start: Option<RateLimit>,
        handler: Option<RateLimit>,
        refresh: Option<RateLimit>,
        failures: Option<RateLimit>,
    ) -> Self {
        let limiter = |name, limit: Option<RateLimit>| limit.map(|it| Limiter::new(name, it));
        Self {
            start: limiter("start", start),
            handler: limiter("handler", handler),
            refresh: limiter("refresh", refresh),
            failures: limiter("failures", failures),
        }
    }

    /// The limit of a route, and what it counts.
    fn of(&self, route: &str) -> Option<(&Limiter, Counts)> {
        let (limiter, counts) =
            if route.ends_with("/{provider}/start") || route.ends_with("/v1/authorize") {
                (&self.start, Counts::Everything)
            } else if route.ends_with("/{provider}/handler/frame") {
                (&self.handler, Counts::Everything)
            } else if route.ends_with("/{provider}/refresh") || route.ends_with("/v1/token") {
                (&self.refresh, Counts::Everything)
            } else if route.ends_with("/{provider}/backchannel-logout")
                || route.contains("/.stagedoor/")
            {
                (&self.failures, Counts::Failures)
            } else {
                return None;
            };
        Some((limiter.as_ref()?, counts))
    }
}

/// Which requests count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    Everything,
    /// Those that are refused: whoever guesses is stopped, and who is known
    /// is not.
    Failures,
}

/// Turns away what is too much.
pub(crate) async fn limit_rate(
    limits: &RateLimits,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let client = request.extensions().get::<ClientAddress>().copied();
    let limited = route.and_then(|route| limits.of(route.as_str()));
    let (Some((limiter, counts)), Some(client)) = (limited, client.filter(|it| !it.is_shared()))
    else {
        return next(request).await;
    };
    let allowed = match counts {
        Counts::Everything => limiter.take(client.ip()),
        Counts::Failures => limiter.look(client.ip()),
    };
    if let Err(wait) = allowed {
        limiter.tell(client);
        return refusal(wait);
    }
    let response = next(request).await;
    if counts == Counts::Failures && is_refusal(response.status()) {
        let _ = limiter.take(client.ip());
    }
    response
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    )
}

fn refusal(wait: Duration) -> Response {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let mut response = ApiError::TooManyRequests { seconds }.into_response();
    response
        .extensions_mut()
        .insert(Why::TooManyRequests { seconds });
    response
}

/// One limit, by the generic cell rate algorithm: for each client the time is
/// kept at which it has used up what it was given.
#[derive(Debug)]
struct Limiter {
    name: &'static str,
    /// What one request takes.
    each: Duration,
    /// How far ahead of now that time may be.
    ahead: Duration,
    /// Nanoseconds since `since`, in a place per address.
    used_up: Box<[AtomicU64]>,
    hasher: RandomState,
    since: Instant,
    refused: Aggregate,
}

impl Limiter {
    fn new(name: &'static str, limit: RateLimit) -> Self {
        let each = Duration::from_secs(60) / limit.per_minute.get();
        Self {
            name,
            each,
            ahead: each * (limit.burst.get() - 1),
            used_up: std::iter::repeat_with(AtomicU64::default)
                .take(PLACES)
                .collect(),
            hasher: RandomState::new(),
            since: Instant::now(),
            refused: Aggregate::default(),
        }
    }

    /// Counts a request; how long to wait where it is one too many.
    fn take(&self, client: IpAddr) -> Result<(), Duration> {
        self.take_at(self.since.elapsed(), client)
    }

    /// Whether another request would be one too many.
    fn look(&self, client: IpAddr) -> Result<(), Duration> {
        let used_up = self.place(client).load(Ordering::Relaxed);
        self.next(self.since.elapsed(), used_up).map(|_| ())
    }

    fn take_at(&self, now: Duration, client: IpAddr) -> Result<(), Duration> {
        let mut wait = Duration::ZERO;
        let taken =
            self.place(client)
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used_up| {
                    self.next(now, used_up).map_err(|it| wait = it).ok()
                });
        taken.map(|_| ()).map_err(|_| wait)
    }

    /// When the client has used up its share after one more request.
    fn next(&self, now: Duration, used_up: u64) -> Result<u64, Duration> {
        let used_up = Duration::from_nanos(used_up).max(now);
        let ahead = used_up - now;
        if ahead > self.ahead {
            return Err(ahead - self.ahead);
        }
        Ok(u64::try_from((used_up + self.each).as_nanos()).unwrap_or(u64::MAX))
    }

    fn place(&self, client: IpAddr) -> &AtomicU64 {
        let hash = self.hasher.hash_one(network_of(client));
        // PLACES fits in every integer here.
        &self.used_up[(hash % PLACES as u64) as usize]
    }

    fn tell(&self, client: ClientAddress) {
        counter!("stagedoor_requests_shed_total", "reason" => "rate").increment(1);
        let limit = self.name;
        self.refused
            .count(move |requests| stagedoor_signin::audit::rate_limited(limit, &client, requests));
    }
}

/// What one client holds: an IPv4 address, or the IPv6 network of a household,
/// in which it has as many addresses as it likes.
fn network_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address) & !u128::from(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn limiter(per_minute: u32, burst: u32) -> Limiter {
        let number = |number| NonZeroU32::new(number).unwrap();
        let limit = RateLimit {
            per_minute: number(per_minute),
            burst: number(burst),
        };
        Limiter::new("test", limit)
    }

    fn client(n: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + n))
    }

    #[test]
    fn a_burst_and_then_one_at_a_time() {
        let limiter = limiter(60, 3);
        let at = |seconds| limiter.take_at(Duration::from_secs_f64(seconds), client(1));
        assert!((0..3).all(|_| at(0.0).is_ok()));
        assert_eq!(at(0.0), Err(Duration::from_secs(1)));
        assert_eq!(at(0.75), Err(Duration::from_millis(250)));
        assert!(at(1.0).is_ok());
        assert!(at(1.0).is_err());
        assert!((0..3).all(|_| at(10.0).is_ok()), "rested");
        assert!(at(10.0).is_err());
    }

    #[test]
    fn looking_takes_nothing() {
        let limiter = limiter(1, 1);
        assert!((0..10).all(|_| limiter.look(client(1)).is_ok()));
        assert!(limiter.take(client(1)).is_ok());
        assert!(limiter.look(client(1)).is_err());
    }

    #[test]
    fn a_household_of_ipv6_is_one_client() {
        let address = |text: &str| IpAddr::V6(text.parse::<Ipv6Addr>().unwrap());
        let [one, same, other] =
            ["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"].map(address);
        assert_eq!(network_of(one), network_of(same));
        assert_ne!(network_of(one), network_of(other));
        assert_ne!(network_of(client(1)), network_of(client(2)));
    }

    #[test]
    fn any_number_of_addresses_takes_the_same_memory_and_frees_nobody() {
        let limiter = limiter(1, 1);
        assert!(limiter.take(client(0)).is_ok());
        for n in 1..100_000 {
            let _ = limiter.take(client(n));
        }
        assert_eq!(limiter.used_up.len(), PLACES);
        assert!(limiter.take(client(0)).is_err());
    }

    proptest! {
        /// In any time no more than the burst and what comes with the time.
        #[test]
        fn never_more_than_the_limit(
            per_minute in 1..6_000_u32,
            burst in 1..100_u32,
            pauses in proptest::collection::vec(0..500_u64, 1..300),
        ) {
            let limiter = limiter(per_minute, burst);
            let mut now = Duration::ZERO;
            let mut allowed = 0;
            for pause in pauses {
                now += Duration::from_millis(pause);
                match limiter.take_at(now, client(7)) {
                    Ok(()) => allowed += 1,
                    Err(wait) => {
                        prop_assert!(!wait.is_zero());
                        prop_assert!(limiter.take_at(now + wait, client(7)).is_ok(), "the wait is long enough");
                        allowed += 1;
                        now += wait;
                    }
                }
            }
            let most = f64::from(burst) + now.as_secs_f64() * f64::from(per_minute) / 60.0;
            prop_assert!(f64::from(allowed) <= most + 1.0, "{allowed} of {most}");
        }
    }
}

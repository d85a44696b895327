//! Hours, made short: everyone refreshes once in each, and some sign in anew.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until};

use super::{Crowd, Seat, TRY_AGAIN};
use crate::{failure::Failure, measure::Measurements, people::Person};

/// When people refresh.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    /// How long an hour takes; zero for as fast as it goes.
    pub(crate) hour: Duration,
    /// For how long.
    pub(crate) duration: Duration,
    /// How many of a hundred sign in anew instead, each hour.
    pub(crate) anew_percent: u64,
}

impl Schedule {
    /// When the turn begins, counted from the start.
    fn due(&self, turn: u64, people: u64) -> Duration {
        let nanos = self.hour.as_nanos() * u128::from(turn) / u128::from(people.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Whether it is a turn to sign in anew: not always for the same people.
    fn is_anew(&self, turn: u64, people: u64) -> bool {
        let hour = turn / people.max(1);
        (turn + hour * 37) % 100 < self.anew_percent
    }
}

/// How far the load fell behind its schedule.
#[derive(Debug, Default)]
struct Behind(AtomicU64);

impl Crowd {
    /// Lets hours pass; the furthest that the load fell behind its schedule.
    pub(crate) async fn refresh_by(
        self: &Arc<Self>,
        schedule: Schedule,
        measured: &Arc<Measurements>,
    ) -> Duration {
        let began = Instant::now();
        let end = began + schedule.duration;
        let next = Arc::new(AtomicU64::new(0));
        let behind = Arc::new(Behind::default());
        self.work(|crowd| {
            let (next, measured, behind) = (next.clone(), measured.clone(), behind.clone());
            async move {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let due = began + schedule.due(turn, crowd.people());
                    if due.max(Instant::now()) >= end || crowd.is_stopping() {
                        break;
                    }
                    sleep_until(due).await;
                    if !schedule.hour.is_zero() {
                        behind.note(due.elapsed());
                    }
                    let Some((person, seat)) = crowd.seat(turn) else {
                        break;
                    };
                    let mut seat = seat.lock().await;
                    if schedule.is_anew(turn, crowd.people()) || !seat.signed_in {
                        crowd.sign_in(person, &mut seat, &measured).await;
                    } else {
                        crowd.refresh(person, &mut seat, &measured).await;
                    }
                }
            }
        })
        .await;
        behind.most()
    }

    async fn refresh(&self, person: Person, seat: &mut Seat, measured: &Measurements) {
        let outcome = self
            .browser
            .refresh(person, &mut seat.cookies, measured)
            .await;
        match outcome {
            Ok(()) => {}
            Err(lost @ Failure::Refused(_)) => {
                self.lose(seat, &lost);
                self.sign_in(person, seat, measured).await;
            }
            // The session is still there: the frontend asks again when it is
            // needed, and the roll call will.
            Err(_) => sleep(TRY_AGAIN).await,
        }
    }
}

impl Behind {
    fn note(&self, lag: Duration) {
        let micros = u64::try_from(lag.as_micros()).unwrap_or(u64::MAX);
        self.0.fetch_max(micros, Ordering::Relaxed);
    }

    fn most(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_one_turn_in_an_hour() {
        let schedule = Schedule {
            hour: Duration::from_secs(10),
            duration: Duration::from_secs(60),
            anew_percent: 10,
        };
        assert_eq!(schedule.due(0, 1_000), Duration::ZERO);
        assert_eq!(schedule.due(1_000, 1_000), schedule.hour);
        let anew = (0..1_000)
            .filter(|turn| schedule.is_anew(*turn, 1_000))
            .count();
        assert_eq!(anew, 100);
        assert!(schedule.is_anew(0, 1_000) && !schedule.is_anew(1_000, 1_000));
    }
}

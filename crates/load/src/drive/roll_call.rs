//! The roll call: does every session that was answered still work?

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::time::{Instant, sleep};

use super::{Crowd, Seat, TRY_AGAIN};
use crate::{failure::Failure, measure::Measurements, people::Person};

impl Crowd {
    /// Asks everyone who is signed in; who does not answer in time is lost.
    pub(crate) async fn call_the_roll(self: &Arc<Self>, measured: &Arc<Measurements>) {
        let next = Arc::new(AtomicU64::new(0));
        self.work(|crowd| {
            let (next, measured) = (next.clone(), measured.clone());
            async move {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= crowd.people() {
                        break;
                    }
                    let Some((person, seat)) = crowd.seat(turn) else {
                        break;
                    };
                    let mut seat = seat.lock().await;
                    if seat.signed_in {
                        crowd.is_here(person, &mut seat, &measured).await;
                    }
                }
            }
        })
        .await;
    }

    async fn is_here(&self, person: Person, seat: &mut Seat, measured: &Measurements) {
        let deadline = Instant::now() + self.patience;
        loop {
            let answer = self
                .browser
                .refresh(person, &mut seat.cookies, measured)
                .await;
            match answer {
                Ok(()) => return,
                Err(failure @ Failure::Refused(_)) => return self.lose(seat, &failure),
                Err(failure) if Instant::now() > deadline => return self.lose(seat, &failure),
                Err(_) => sleep(TRY_AGAIN).await,
            }
        }
    }
}

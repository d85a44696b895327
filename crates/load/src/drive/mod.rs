//! Everyone, and what they do.

mod refreshes;
mod roll_call;
mod sign_ins;

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Mutex as Seats, task::JoinSet, time::sleep};

pub(crate) use refreshes::Schedule;

use crate::{
    browser::{AGAIN, Browser},
    cookies::Cookies,
    failure::Failure,
    measure::Measurements,
    people::Person,
};

/// How long someone waits before trying again.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// One person's place.
#[derive(Debug, Default)]
struct Seat {
    cookies: Cookies,
    /// Whether a sign-in was answered, so that a refresh has to succeed.
    signed_in: bool,
}

/// Everyone.
#[derive(Debug)]
pub(crate) struct Crowd {
    browser: Browser,
    seats: Vec<Seats<Seat>>,
    concurrency: usize,
    /// How long someone tries before giving up.
    patience: Duration,
    stopping: AtomicBool,
    signed_in: AtomicU64,
    /// Sessions that were answered and then refused, by the reason.
    lost: Mutex<BTreeMap<String, u64>>,
    /// Sign-ins that never succeeded, however often they were tried.
    given_up: AtomicU64,
}

impl Crowd {
    /// `people` of them, of whom `concurrency` do something at a time.
    pub(crate) fn new(
        browser: Browser,
        people: u32,
        concurrency: usize,
        patience: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            browser,
            seats: (0..people).map(|_| Seats::default()).collect(),
            concurrency,
            patience,
            stopping: AtomicBool::new(false),
            signed_in: AtomicU64::new(0),
            lost: Mutex::default(),
            given_up: AtomicU64::new(0),
        })
    }

    /// Ends the load early. The roll call goes on.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// How many sessions there are.
    pub(crate) fn sessions(&self) -> u64 {
        self.signed_in.load(Ordering::Relaxed)
    }

    /// How many sessions were lost, by the reason.
    pub(crate) fn lost(&self) -> BTreeMap<String, u64> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.clone()
    }

    /// How many people never got in.
    pub(crate) fn given_up(&self) -> u64 {
        self.given_up.load(Ordering::Relaxed)
    }

    fn people(&self) -> u64 {
        self.seats.len() as u64
    }

    /// The person whose turn it is, and their place.
    fn seat(&self, turn: u64) -> Option<(Person, &Seats<Seat>)> {
        let index = u32::try_from(turn % self.people().max(1)).ok()?;
        let seat = self.seats.get(usize::try_from(index).ok()?)?;
        Some((Person(index), seat))
    }

    /// Signs in, again and again until it succeeds, as people do.
    async fn sign_in(&self, person: Person, seat: &mut Seat, measured: &Measurements) {
        let trying = async {
            while let Err(failure) = self
                .browser
                .sign_in(person, &mut seat.cookies, measured)
                .await
            {
                sleep(match failure {
                    Failure::Shed { .. } => AGAIN,
                    _ => TRY_AGAIN,
                })
                .await;
            }
        };
        if tokio::time::timeout(self.patience, trying).await.is_err() {
            self.given_up.fetch_add(1, Ordering::Relaxed);
        } else if !std::mem::replace(&mut seat.signed_in, true) {
            self.signed_in.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn lose(&self, seat: &mut Seat, why: &Failure) {
        seat.signed_in = false;
        self.signed_in.fetch_sub(1, Ordering::Relaxed);
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        *lost.entry(why.to_string()).or_default() += 1;
    }

    /// Lets `concurrency` of `worker` work until they are done.
    async fn work<W, F>(self: &Arc<Self>, worker: W)
    where
        W: Fn(Arc<Self>) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let mut workers = JoinSet::new();
        for _ in 0..self.concurrency {
            workers.spawn(worker(self.clone()));
        }
        workers.join_all().await;
    }
}

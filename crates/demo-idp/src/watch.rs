//! Counting the calls of each endpoint, and making them fail or wait.

use std::{
    array,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::http::StatusCode;

/// The endpoints of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`
    Discovery,
    /// `/jwks`
    Jwks,
    /// `/authorize`
    Authorize,
    /// `/login`
    Login,
    /// `/token`
    Token,
    /// `/userinfo`
    UserInfo,
    /// `/revoke`
    Revoke,
    /// `/end_session`
    EndSession,
}

impl Endpoint {
    const COUNT: usize = Self::EndSession as usize + 1;
}

/// What is wrong with an endpoint.
#[derive(Debug, Clone, Copy, Default)]
struct Fault {
    delay: Duration,
    failure: Option<Failure>,
}

#[derive(Debug, Clone, Copy)]
struct Failure {
    status: StatusCode,
    /// How many more calls fail; `None` is all.
    left: Option<u64>,
}

/// The counts and faults of all endpoints.
#[derive(Debug)]
pub(crate) struct Watch {
    calls: [AtomicU64; Endpoint::COUNT],
    faults: Mutex<[Fault; Endpoint::COUNT]>,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            calls: array::from_fn(|_| AtomicU64::new(0)),
            faults: Mutex::new([Fault::default(); Endpoint::COUNT]),
        }
    }
}

impl Watch {
    /// Counts a call; says how long it must wait and how it must then fail.
    pub(crate) fn enter(&self, endpoint: Endpoint) -> (Duration, Option<StatusCode>) {
        self.calls[endpoint as usize].fetch_add(1, Ordering::Relaxed);
        self.change(endpoint, |fault| {
            let status = fault.failure.map(|failure| failure.status);
            match &mut fault.failure {
                Some(Failure {
                    left: Some(left), ..
                }) if *left > 1 => *left -= 1,
                Some(Failure { left: Some(_), .. }) => fault.failure = None,
                _ => {}
            }
            (fault.delay, status)
        })
    }

    pub(crate) fn calls(&self, endpoint: Endpoint) -> u64 {
        self.calls[endpoint as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn fail(&self, endpoint: Endpoint, status: StatusCode, times: Option<u64>) {
        let failure = (times != Some(0)).then_some(Failure {
            status,
            left: times,
        });
        self.change(endpoint, |fault| fault.failure = failure);
    }

    pub(crate) fn delay(&self, endpoint: Endpoint, delay: Duration) {
        self.change(endpoint, |fault| fault.delay = delay);
    }

    pub(crate) fn restore(&self, endpoint: Endpoint) {
        self.change(endpoint, |fault| *fault = Fault::default());
    }

    fn change<T>(&self, endpoint: Endpoint, change: impl FnOnce(&mut Fault) -> T) -> T {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut faults[endpoint as usize])
    }
}

//! How many requests are under way at once.
//!
//! A provider or a database that has become slow makes requests pile up. They
//! are held to a number: some more wait for a moment, and the rest are told to
//! come back, so that memory stays where it is and whoever is let in gets an
//! answer. Health is asked on another way.

use std::time::Duration;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use metrics::counter;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::aggregate::Aggregate;
use crate::{
    error::{ApiError, Why},
    places::PlaceKind,
};

/// How long a request waits for a place: as long as a person does not mind.
const PATIENCE: Duration = Duration::from_secs(1);

/// Places for requests, and for those that wait for one.
#[derive(Debug)]
pub struct InFlight {
    places: Semaphore,
    waiting: Semaphore,
    patience: Duration,
    shed: Aggregate,
}

impl InFlight {
    /// Places for `most` requests, and as many to wait.
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        let places = || Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS));
        Self {
            places: places(),
            waiting: places(),
            patience: PATIENCE,
            shed: Aggregate::default(),
        }
    }

    fn count_shed(&self, reason: &'static str) {
        counter!("stagedoor_requests_shed_total", "reason" => reason).increment(1);
        self.shed.count(stagedoor_signin::audit::overload);
    }

    async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(place) = self.places.try_acquire() {
            return Some(place);
        }
        let _waiting = self.waiting.try_acquire().ok()?;
        timeout(self.patience, self.places.acquire())
            .await
            .ok()?
            .ok()
    }
}

/// Lets a request in when there is a place for it.
pub(crate) async fn admit(
    in_flight: &InFlight,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    // A connection that is one too many is not worth waiting for.
    let is_beyond = request.extensions().get() == Some(&PlaceKind::Beyond);
    let place = match is_beyond {
        true => None,
        false => in_flight.enter().await,
    };
    let Some(_place) = place else {
        in_flight.count_shed("overload");
        let mut response = ApiError::Overloaded.into_response();
        response.extensions_mut().insert(Why::Overloaded);
        return response;
    };
    let response = next(request).await;
    if let Some(Why::ProviderBusy) = response.extensions().get() {
        in_flight.count_shed("provider");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn some_wait_and_the_rest_are_turned_away() {
        let in_flight = InFlight {
            patience: Duration::from_millis(100),
            ..InFlight::at_most(1)
        };
        let held = in_flight.enter().await.unwrap();
        let (too_long, too_many) = tokio::join!(in_flight.enter(), in_flight.enter());
        assert!(too_long.is_none() && too_many.is_none());
        let (next, ()) = tokio::join!(in_flight.enter(), async { drop(held) });
        assert!(next.is_some());
        drop(next);
        assert!(in_flight.enter().await.is_some());
    }
}

//! How much of the room for requests one provider may fill.
//!
//! A provider that hangs makes whoever wants something of it wait. Those must
//! not take the places of people who sign in elsewhere: a request may wait for
//! a provider while fewer wait for it than places are left. One that hangs thus
//! fills half of them, two that do a third each, and there is always room for
//! one more provider (as switches share their memory among queues: Choudhury
//! and Hahne, "Dynamic queue length thresholds", 1998).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{SignInError, provider::Provider};

/// The places that requests may take to wait for providers. They outlive the
/// configuration, and are held by what goes on without its client, too.
#[derive(Debug, Clone)]
pub(crate) struct Rooms {
    most: usize,
    taken: Arc<Mutex<Taken>>,
}

/// The providers that are waited for, each with how many do.
type Taken = Vec<(Arc<Provider>, usize)>;

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    rooms: Rooms,
    provider: Arc<Provider>,
}

impl Rooms {
    /// Places for `most` requests, over all providers.
    pub(crate) fn of(most: usize) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// Takes a place to wait for `provider`.
    ///
    /// # Errors
    /// [`SignInError::ProviderBusy`] when as many wait for it as are left.
    pub(crate) fn enter(&self, provider: &Arc<Provider>) -> Result<Room, SignInError> {
        self.enter_at(provider, 1)
    }

    /// The same for a sign-in that begins, which needs a place again when it
    /// comes back: where it may have none then, it does not begin.
    ///
    /// # Errors
    /// [`SignInError::ProviderBusy`] when half as many wait for it as are left.
    pub(crate) fn begin(&self, provider: &Arc<Provider>) -> Result<Room, SignInError> {
        self.enter_at(provider, 2)
    }

    fn enter_at(&self, provider: &Arc<Provider>, weight: usize) -> Result<Room, SignInError> {
        let mut taken = self.taken();
        let all: usize = taken.iter().map(|(_, number)| number).sum();
        let theirs = taken.iter_mut().find(|(it, _)| is_same(it, provider));
        let number = theirs.as_ref().map_or(0, |(_, number)| *number);
        if number * weight >= self.most.saturating_sub(all) {
            return Err(SignInError::ProviderBusy);
        }
        match theirs {
            Some((_, number)) => *number += 1,
            None => taken.push((provider.clone(), 1)),
        }
        Ok(Room {
            rooms: self.clone(),
            provider: provider.clone(),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut taken = self.rooms.taken();
        for (provider, number) in &mut *taken {
            if is_same(provider, &self.provider) {
                *number = number.saturating_sub(1);
            }
        }
        taken.retain(|(_, number)| *number > 0);
    }
}

/// The same one, also of another state of the configuration.
fn is_same(one: &Provider, other: &Provider) -> bool {
    one.id == other.id && one.environment == other.environment
}

//! Places for connections: as many as may be, and a few beyond.

use std::{io, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Whether a connection is one too many: then it is told so, unless it asks
/// for health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceKind {
    WithinLimit,
    Beyond,
}

impl PlaceKind {
    pub(crate) fn is_within_limit(self) -> bool {
        self == Self::WithinLimit
    }
}

/// The place that a connection takes until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    kind: PlaceKind,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    pub(crate) fn kind(&self) -> PlaceKind {
        self.kind
    }
}

/// All places of a server.
#[derive(Debug)]
pub(crate) struct Places {
    within: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
}

impl Places {
    pub(crate) fn new(within: usize, reserve: usize) -> Self {
        let places = |number: usize| Arc::new(Semaphore::new(number.min(Semaphore::MAX_PERMITS)));
        Self {
            within: places(within),
            reserve: places(reserve),
        }
    }

    /// The next place that is free.
    pub(crate) async fn next(&self) -> io::Result<Place> {
        // The semaphores are never closed.
        let (kind, permit) = tokio::select! {
            biased;
            permit = self.within.clone().acquire_owned() => (PlaceKind::WithinLimit, permit),
            permit = self.reserve.clone().acquire_owned() => (PlaceKind::Beyond, permit),
        };
        Ok(Place {
            kind,
            _permit: permit.map_err(io::Error::other)?,
        })
    }

    /// A place within the limit in place of `place`, if one has become free.
    pub(crate) fn better(&self, place: Place) -> Place {
        match self.within.clone().try_acquire_owned() {
            Ok(permit) if place.kind == PlaceKind::Beyond => Place {
                kind: PlaceKind::WithinLimit,
                _permit: permit,
            },
            _ => place,
        }
    }
}

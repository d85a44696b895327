//! One line for many requests that are turned away: a flood must not become a
//! flood of log lines.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

/// How long further requests are counted after a line.
const INTERVAL: Duration = Duration::from_secs(10);

/// Counts what happens often, and tells of the first at once and of the rest
/// together.
#[derive(Debug)]
pub(super) struct Aggregate {
    interval: Duration,
    counted: Arc<Counted>,
}

impl Default for Aggregate {
    fn default() -> Self {
        Self::every(INTERVAL)
    }
}

#[derive(Debug, Default)]
struct Counted {
    untold: AtomicU64,
    telling: AtomicBool,
}

impl Aggregate {
    fn every(interval: Duration) -> Self {
        Self {
            interval,
            counted: Arc::default(),
        }
    }

    /// Counts one. `tell` is called with 1 for the first after a quiet time,
    /// and every ten seconds after it with how many there were since.
    pub(super) fn count(&self, tell: impl Fn(u64) + Send + 'static) {
        if self.counted.telling.swap(true, Ordering::AcqRel) {
            self.counted.untold.fetch_add(1, Ordering::Relaxed);
            return;
        }
        tell(1);
        let (interval, counted) = (self.interval, self.counted.clone());
        // Ends with the flood: there is one at most.
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(interval).await;
                match counted.untold.swap(0, Ordering::Relaxed) {
                    0 => break,
                    more => tell(more),
                }
            }
            counted.telling.store(false, Ordering::Release);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn the_first_is_told_at_once_and_the_rest_together() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let interval = Duration::from_millis(20);
        let aggregate = Aggregate::every(interval);
        let count = || {
            let told = told.clone();
            aggregate.count(move |number| told.lock().unwrap().push(number));
        };
        (0..1_000).for_each(|_| count());
        assert_eq!(*told.lock().unwrap(), [1]);
        while aggregate.counted.telling.load(Ordering::Acquire) {
            tokio::time::sleep(interval).await;
        }
        assert_eq!(*told.lock().unwrap(), [1, 999]);
        count();
        assert_eq!(*told.lock().unwrap(), [1, 999, 1]);
    }
}

//! The clock, the randomness and the trace that everything else is handed.
//!
//! Nothing in Stagedoor asks the operating system for the time or for random
//! bytes on its own: both are passed in, so that every expiry can be tested
//! without waiting and every nonce can be known in a test.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

/// A clock shared by all parts of one process.
pub type SharedClock = Arc<dyn Clock>;

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is moved: for tests.
///
/// ```
/// use jiff::{SignedDuration, Timestamp};
/// use stagedoor_ambient::{Clock, ManualClock};
///
/// let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
/// clock.advance(SignedDuration::from_mins(10));
/// assert_eq!(clock.now().as_second(), 600);
/// ```
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock by `by`, backwards when negative.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A source of bytes nobody can guess.
pub trait Entropy: fmt::Debug + Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
}

/// A source of randomness shared by all parts of one process.
pub type SharedEntropy = Arc<dyn Entropy>;

/// The operating system has no randomness to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEntropy;

impl fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gave no random bytes")
    }
}

impl std::error::Error for NoEntropy {}

/// The operating system's randomness.
#[derive(Debug, Clone, Default)]
pub struct SystemEntropy(SystemRandom);

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        self.0.fill(bytes).map_err(|_| NoEntropy)
    }
}

/// `N` fresh random bytes from `entropy`.
///
/// # Errors
/// As [`Entropy::fill`].
pub fn random_bytes<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], NoEntropy> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}

/// Of which trace the present work is a part (W3C Trace Context), for those
/// who are asked to know.
pub trait TraceContext: fmt::Debug + Send + Sync + 'static {
    /// What the header `traceparent` of a request that is sent now says, if
    /// this is part of a trace.
    fn traceparent(&self) -> Option<String>;
}

/// The trace context of one process.
pub type SharedTraceContext = Arc<dyn TraceContext>;

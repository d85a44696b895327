//! Whether somebody is signed in, as a stream.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::sync::watch;

/// Whether somebody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// Somebody is.
    SignedIn,
    /// Nobody is, as far as is known.
    SignedOut,
}

/// The state of this moment, then each that differs from the one before.
pub struct SessionStates(BoxStream<'static, SessionState>);

impl Stream for SessionStates {
    type Item = SessionState;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<SessionState>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for SessionStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionStates")
    }
}

#[derive(Debug)]
pub(super) struct SessionStateTracker(watch::Sender<SessionState>);

impl Default for SessionStateTracker {
    fn default() -> Self {
        Self(watch::Sender::new(SessionState::SignedOut))
    }
}

impl SessionStateTracker {
    pub(super) fn set(&self, state: SessionState) {
        self.0.send_if_modified(|now| {
            let changes = *now != state;
            *now = state;
            changes
        });
    }

    pub(super) fn states(&self) -> SessionStates {
        let begin = (self.0.subscribe(), None);
        let states = stream::unfold(begin, |(mut states, last)| async move {
            loop {
                let state = *states.borrow_and_update();
                // There and back while nobody looked is no change.
                if last != Some(state) {
                    return Some((state, (states, Some(state))));
                }
                states.changed().await.ok()?;
            }
        });
        SessionStates(states.boxed())
    }
}

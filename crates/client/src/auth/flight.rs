//! One attempt that many wait for.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use super::{AuthError, OAuth2Session, Scopes};

pub(super) type Outcome = Result<Arc<OAuth2Session>, AuthError>;
type Attempt = Shared<BoxFuture<'static, Outcome>>;

/// At most one attempt under way. When nobody waits for it any more it is gone.
#[derive(Default)]
pub(super) struct Flight(Mutex<Option<(Scopes, WeakShared<BoxFuture<'static, Outcome>>)>>);

impl Flight {
    /// The outcome of an attempt for `scopes` at least: of the one under way,
    /// or of the one that `start` gives.
    pub(super) async fn join(
        &self,
        scopes: &Scopes,
        start: impl Fn(Scopes) -> BoxFuture<'static, Outcome>,
    ) -> Outcome {
        loop {
            let (for_scopes, attempt) = self.board(scopes, &start);
            let outcome = attempt.await;
            let enough = match &outcome {
                Ok(session) => session.provider_info.scopes.has_all(scopes),
                Err(_) => true,
            };
            // Who asked for more than the one that was under way asks again.
            if enough || for_scopes.has_all(scopes) {
                return outcome;
            }
        }
    }

    fn board(
        &self,
        scopes: &Scopes,
        start: &impl Fn(Scopes) -> BoxFuture<'static, Outcome>,
    ) -> (Scopes, Attempt) {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((for_scopes, attempt)) = &*under_way
            && let Some(attempt) = attempt.upgrade()
            && attempt.peek().is_none()
        {
            return (for_scopes.clone(), attempt);
        }
        let attempt = start(scopes.clone()).shared();
        *under_way = attempt.downgrade().map(|weak| (scopes.clone(), weak));
        (scopes.clone(), attempt)
    }
}

//! Everyone signs in, as fast as they are let.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::Crowd;
use crate::measure::Measurements;

impl Crowd {
    /// Signs everyone in who is not.
    pub(crate) async fn sign_everyone_in(self: &Arc<Self>, measured: &Arc<Measurements>) {
        let next = Arc::new(AtomicU64::new(0));
        self.work(|crowd| {
            let (next, measured) = (next.clone(), measured.clone());
            async move {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= crowd.people() || crowd.is_stopping() {
                        break;
                    }
                    let Some((person, seat)) = crowd.seat(turn) else {
                        break;
                    };
                    let mut seat = seat.lock().await;
                    if !seat.signed_in {
                        crowd.sign_in(person, &mut seat, &measured).await;
                    }
                }
            }
        })
        .await;
    }
}

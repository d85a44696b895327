//! Work that goes on when nobody waits for it any more.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;
use tracing::{Instrument as _, instrument::Instrumented};

/// Work that is done where it is waited for and, should whoever waits go away,
/// in a task of its own: a client that hangs up must not stop a refresh half-way.
/// To begin with such a task would cost each of them the waking of a thread.
pub(crate) struct ToTheEnd<T: Send + 'static>(
    // None when it has ended, and while it is under way: work that panicked is
    // not gone on with.
    Option<Instrumented<Work<T>>>,
);

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T: Send + 'static> ToTheEnd<T> {
    pub(crate) fn of(work: impl Future<Output = T> + Send + 'static) -> Self {
        let work: Work<T> = Box::pin(work);
        Self(Some(work.in_current_span()))
    }
}

impl<T: Send + 'static> Future for ToTheEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(mut work) = self.0.take() else {
            // Only after it has ended: nothing will come.
            return Poll::Pending;
        };
        let polled = Pin::new(&mut work).poll(context);
        if polled.is_pending() {
            self.0 = Some(work);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn it_is_done_where_it_is_waited_for() {
        let here = tokio::task::try_id();
        let there = ToTheEnd::of(async { tokio::task::try_id() }).await;
        assert_eq!(here, there);
    }

    #[tokio::test]
    async fn it_is_done_when_nobody_waits_any_more() {
        for polls in 0..2 {
            let (go_on, wait) = oneshot::channel();
            let (tell, told) = oneshot::channel();
            let mut work = ToTheEnd::of(async move {
                let heard: Result<(), _> = wait.await;
                let _ = tell.send(heard.is_ok());
            });
            for _ in 0..polls {
                let once = std::future::poll_fn(|context| {
                    Poll::Ready(Pin::new(&mut work).poll(context).is_pending())
                });
                assert!(once.await);
            }
            drop(work);
            go_on.send(()).unwrap();
            assert_eq!(told.await, Ok(true));
        }
    }

    #[tokio::test]
    async fn work_that_panicked_is_not_gone_on_with() {
        let (tell, told) = oneshot::channel::<()>();
        let work = tokio::spawn(ToTheEnd::of(async move {
            let _tell = tell;
            panic!("on purpose");
        }));
        assert!(work.await.unwrap_err().is_panic());
        assert!(told.await.is_err());
    }
}

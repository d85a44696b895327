//! From spans that end to a collector that may be slow or away.

use std::{mem::take, time::Duration};

use metrics::counter;
use opentelemetry::Context;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanExporter, SpanProcessor},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval, timeout},
};

/// How many spans may wait; more are dropped, since nobody waits for a collector.
pub(super) const MOST: usize = 4_096;
/// How many are sent at once.
const BATCH: usize = 512;
/// How long the first of them waits for others.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a collector may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Where spans go when they end: they are put in line, or dropped.
#[derive(Debug)]
pub(super) struct Queue(mpsc::Sender<SpanData>);

impl Queue {
    pub(super) fn new() -> (Self, mpsc::Receiver<SpanData>) {
        let (sender, receiver) = mpsc::channel(MOST);
        (Self(sender), receiver)
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.0.try_send(span).is_err() {
            dropped("queue_full", 1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// Sends what is in line, until `stop`; and then the rest.
pub(super) async fn send_all<E: SpanExporter>(
    exporter: E,
    mut spans: mpsc::Receiver<SpanData>,
    mut stop: oneshot::Receiver<()>,
) {
    let mut collector = Collector {
        exporter,
        is_away: false,
    };
    let mut batch = Vec::with_capacity(BATCH);
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let room = BATCH - batch.len();
        tokio::select! {
            received = spans.recv_many(&mut batch, room) => {
                // Nobody can put any in line: another backend of this process sends.
                if received == 0 {
                    break;
                }
                if batch.len() == BATCH {
                    collector.send(take(&mut batch)).await;
                }
            }
            _ = ticks.tick(), if !batch.is_empty() => collector.send(take(&mut batch)).await,
            _ = &mut stop => break,
        }
    }
    spans.close();
    while spans.recv_many(&mut batch, BATCH).await > 0 || !batch.is_empty() {
        collector.send(take(&mut batch)).await;
    }
}

struct Collector<E> {
    exporter: E,
    is_away: bool,
}

impl<E: SpanExporter> Collector<E> {
    async fn send(&mut self, spans: Vec<SpanData>) {
        let some = spans.len() as u64;
        let problem = match timeout(PATIENCE, self.exporter.export(spans)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("no answer in time".to_owned()),
        };
        if problem.is_some() {
            dropped("not_sent", some);
        }
        match (problem, self.is_away) {
            // Said once: it may be away for days.
            (Some(problem), false) => {
                self.is_away = true;
                tracing::warn!(%problem, "traces can't be sent, they are dropped until they can");
            }
            (None, true) => {
                self.is_away = false;
                tracing::info!("traces can be sent again");
            }
            _ => {}
        }
    }
}

fn dropped(reason: &'static str, spans: u64) {
    counter!("stagedoor_trace_spans_dropped_total", "reason" => reason).increment(spans);
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime};

    use opentelemetry::{
        InstrumentationScope, SpanId,
        trace::{SpanContext, SpanKind, Status},
    };
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};

    use super::*;

    fn span() -> SpanData {
        SpanData {
            span_context: SpanContext::NONE,
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "one".into(),
            start_time: SystemTime::UNIX_EPOCH,
            end_time: SystemTime::UNIX_EPOCH,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_nobody_waits() {
        let (queue, spans) = Queue::new();
        let started = Instant::now();
        for _ in 0..MOST + 100 {
            queue.on_end(span());
        }
        assert_eq!(spans.len(), MOST);
        assert!(started.elapsed() < Duration::from_secs(1));
    }

    #[derive(Debug)]
    struct Nowhere;

    impl SpanExporter for Nowhere {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            Ok(())
        }
    }

    #[tokio::test]
    async fn where_no_span_can_come_from_it_ends_and_does_not_ask_for_ever() {
        let (queue, spans) = Queue::new();
        queue.on_end(span());
        drop(queue);
        let (_stop, stopped) = oneshot::channel();
        let sending = send_all(Nowhere, spans, stopped);
        assert!(timeout(Duration::from_secs(5), sending).await.is_ok());
    }
}

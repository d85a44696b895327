//! Spans as OpenTelemetry's, from when it is known that they are wanted.
//!
//! Log lines are written before the configuration is read, and a process has one
//! subscriber: so the layer is in it from the start, and does nothing, at no cost, until
//! there is a place to send traces to.

use std::sync::OnceLock;

use opentelemetry::{
    Context,
    trace::{SpanBuilder, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span};
use tracing::{Metadata, Subscriber, level_filters::LevelFilter, subscriber::Interest};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::{
    Layer,
    layer::{self, Filter},
    registry::LookupSpan,
};

use super::TARGET;

static PROVIDER: OnceLock<Installed> = OnceLock::new();

struct Installed {
    /// Kept: a tracer without its provider makes nothing.
    _provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// The layer that sends traces, once [`AuthBackend`](crate::AuthBackend) reads
/// `stagedoor.traces` in its configuration: for the subscriber of a program
/// that embeds it. The command has it.
///
/// ```
/// use tracing_subscriber::prelude::*;
///
/// tracing_subscriber::registry().with(stagedoor::traces::layer()).init();
/// ```
pub fn layer<S>() -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    OpenTelemetryLayer::new(Late)
        .with_context_activation(false)
        .with_tracked_inactivity(false)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_filter(WhenWanted)
}

/// From now on spans are made. Whether they were not before.
pub(super) fn install(provider: SdkTracerProvider) -> bool {
    let mut is_first = false;
    PROVIDER.get_or_init(|| {
        is_first = true;
        Installed {
            tracer: provider.tracer("stagedoor"),
            _provider: provider,
        }
    });
    // What the filter said no to is asked for again.
    tracing::callsite::rebuild_interest_cache();
    is_first
}

/// The tracer that will be there.
struct Late;

impl Tracer for Late {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> Span {
        match PROVIDER.get() {
            Some(installed) => installed.tracer.build_with_context(builder, parent),
            // Never asked for: the filter lets no span through before.
            None => SdkTracerProvider::default()
                .tracer("none")
                .build_with_context(builder, parent),
        }
    }
}

/// Lets spans of ours through, when they are wanted, and nothing else: no
/// event, whose text was written for the log.
struct WhenWanted;

impl WhenWanted {
    fn wants(metadata: &Metadata<'_>) -> bool {
        PROVIDER.get().is_some() && metadata.is_span() && metadata.target() == TARGET
    }
}

impl<S> Filter<S> for WhenWanted {
    fn enabled(&self, metadata: &Metadata<'_>, _: &layer::Context<'_, S>) -> bool {
        Self::wants(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        match Self::wants(metadata) {
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match PROVIDER.get() {
            Some(_) => LevelFilter::DEBUG,
            None => LevelFilter::OFF,
        })
    }
}

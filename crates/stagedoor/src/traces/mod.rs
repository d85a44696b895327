//! Traces by OTLP (`docs/traces.md`): which spans, how many, and how they get
//! to a collector that may be slow or away.
//!
//! Everything that knows OpenTelemetry is here. Other crates make spans with
//! the target `stagedoor::trace`, and are handed a trace context.

mod context;
mod export;
mod layer;
mod queue;
mod sampler;

pub use layer::layer;

pub(crate) use export::Traces;

/// The target of spans that may leave the process.
const TARGET: &str = "stagedoor::trace";

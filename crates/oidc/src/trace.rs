//! Spans that may leave the process as a part of a trace.

/// Their target: they cost nothing where nobody asks for it, and nothing else
/// has it. No token, code, subject or claim is told in one.
pub(crate) const TRACE: &str = "stagedoor::trace";

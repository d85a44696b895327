//! Which Stagedoor this is.

/// As of the crate.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What it was built from; empty where that was not to be found out.
pub(crate) const COMMIT: &str = env!("STAGEDOOR_COMMIT");
/// `0.1.0 (4e3e8f1 2026-11-29)`, or as much of it as is known.
pub(crate) const DESCRIBED: &str = env!("STAGEDOOR_DESCRIBED");

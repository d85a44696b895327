//! One file: its text, and the tree of values in it, each with its place.

mod node;
mod redact;
mod scalar;
mod secrets;
mod source;
mod yaml;

pub(crate) use node::{Absence, Entry, Node, Object, Value};
pub(crate) use redact::{hide_credentials, is_sensitive};
pub(crate) use source::{Place, Source};
pub(crate) use yaml::{Duplicates, parse};

/// How deeply values may be nested, includes counted in.
pub(crate) const MAX_DEPTH: usize = 100;
/// How many values one configuration may hold once aliases are copied out.
pub(crate) const MAX_NODES: usize = 100_000;
/// How many bytes one file may have.
pub(crate) const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

//! A remote catalog, asked over HTTP: what it is asked, how often, and what is
//! made of its answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod coalescing;
mod failing;
mod support;

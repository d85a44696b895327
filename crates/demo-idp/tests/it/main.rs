//! The provider over HTTP, as browsers and relying parties meet it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod authorize;
mod control;
mod end_session;
mod flow;
mod login;
mod refresh;
mod revoke;
mod support;
mod token;
mod userinfo;

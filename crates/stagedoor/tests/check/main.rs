//! `stagedoor check`, run against a demo identity provider: every check with
//! what makes it fail.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy allows these in #[test] functions, but not in what they share"
)]

#[path = "../support/mod.rs"]
mod support;

mod backstage;
mod catalog;
mod claims;
mod database;
mod home;
mod house;
mod output;
mod provider;

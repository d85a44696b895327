//! The flows end to end, with fakes at the traits: a provider and a catalog
//! that do what a test tells them to, over a real database in memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy allows these in #[test] functions, but not in what they share"
)]

mod admission;
mod callback;
mod callback_cookies;
mod callback_delivery;
mod callback_sessions;
mod callback_state;
mod key_ring;
mod logout;
mod native;
mod origin_patterns;
mod profile;
mod provider_logout;
mod refresh;
mod refresh_failing;
mod refresh_limits;
mod refresh_nodes;
mod refresh_together;
mod reseal;
mod resolver_chain;
mod resolver_claims;
mod resolver_email;
mod resolver_ownership;
mod scopes;
mod secret_rotation;
mod session_administration;
mod session_policy;
mod session_rows;
mod start;
mod start_destination;
mod support;
mod take_over;
mod token_service;

//! A relying party against a provider that can be told to misbehave: one test
//! a rule, named for the rule.

#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers fail the test by panicking"
)]

mod authentication;
mod authorization;
mod availability;
mod callback;
mod client_assertion;
mod discovery;
mod end_session;
mod http;
mod id_token;
mod issuer;
mod keys;
mod logout_token;
mod mutual_tls;
mod proxy;
mod pushed_authorization;
mod refresh;
mod revocation;
mod signed_userinfo;
mod support;
mod take_over;
mod tls;
mod token_endpoint;
mod userinfo;

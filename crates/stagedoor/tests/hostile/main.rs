//! The hostile provider: every way we know of in which an identity provider,
//! or the network before it, can attack a sign-in, a refresh or a logout.
//!
//! Each attack goes through the door of the whole product: a backend with its
//! database and catalog, a provider that breaks one rule, a browser. None may
//! end in a session; the log must call the broken rule by its name; the browser
//! must learn nothing; no request outlives its limit. Tests called `honest_…`
//! are the same flows without the attack, which must succeed.
//!
//! `README.md` beside this file has the rows of the OpenID conformance suite.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy allows these in #[test] functions, but not in what they share"
)]

mod callback;
mod discovery;
mod id_token_claims;
mod keys;
mod list;
mod logout;
mod mix_up;
mod refresh;
mod sick_network;
mod signature;
mod support;
mod tls;
mod token_endpoint;
mod userinfo;

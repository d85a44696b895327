//! The hostile provider: named ways to lie, for tests.
//!
//! A [`Lie`] goes to [`Control::misbehave`](crate::Control::misbehave) of a
//! running provider; all but what it lies about stays correct, so that exactly
//! one rule is broken. A [`SickServer`] stands in for one endpoint and breaks
//! the network instead.
//!
//! Nothing here is reachable from a provider that nobody has a
//! [`Control`](crate::Control) of: neither `stagedoor dev` nor `stagedoor
//! serve` takes one.
//!
//! ```
//! use stagedoor_demo_idp::hostile::{Lie, id_token, signature};
//!
//! let lies: [Lie; 3] = [
//!     signature::unsigned("none"),
//!     id_token::lacks("nonce"),
//!     id_token::says("aud", "somebody-else"),
//! ];
//! # drop(lies);
//! ```

pub mod callback;
pub mod discovery;
mod forger;
pub mod id_token;
mod jwt;
pub mod keys;
mod lie;
mod sick;
pub mod signature;
pub mod token_response;
pub mod userinfo;

pub use forger::Forger;
pub use jwt::Jwt;
pub use lie::{Lie, Members};
pub use sick::{SickServer, Sickness};

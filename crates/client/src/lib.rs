//! Backstage's auth for Rust: what an app, a command line or a service needs.
//!
//! - [`api`]: interfaces that are named by [`ApiRef`](api::ApiRef)s and built
//!   by factories, as Backstage's `createApiRef` and `createApiFactory` do.
//! - [`auth`]: [`OAuth2`](auth::OAuth2), a session with one provider, which is
//!   refreshed ahead of its end and seen through the interfaces Backstage has.
//! - [`discovery`]: where the auth backend is.
//! - [`native`]: sign-in with the system's browser, for command lines and
//!   desktop apps.
//! - [`verify`]: [`BackstageTokenVerifier`](verify::BackstageTokenVerifier), so
//!   that a service can sit behind Backstage.
//! - `layer` (feature `tower`): puts a fresh Backstage token on requests.
//!
//! Names are Backstage's wherever it has one.

pub mod api;
pub mod auth;
pub mod discovery;
#[cfg(feature = "tower")]
pub mod layer;
pub mod native;
pub mod verify;

pub use stagedoor_identity::{BackstageToken, EntityRef, Profile};

/// The code of `docs/rust-client.md`, which is tested with that of this crate.
#[cfg(all(doctest, feature = "axum", feature = "tower"))]
#[doc = include_str!("../../../docs/rust-client.md")]
pub struct Documentation;

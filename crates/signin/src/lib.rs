//! The heart of Stagedoor: providers, authenticators, resolvers, and the flows
//! start → callback → refresh → logout.
//!
//! Where things are:
//! - a sign-in starts in `flow/start.rs` and ends in `flow/callback.rs`;
//! - who someone is, is decided by a [`resolver::SignInResolver`];
//! - a Backstage token is made in [`tokens::TokenService`];
//! - a session goes on in `flow/refresh/`.
//!
//! Nothing here knows HTTP or SQL.

mod admission;
pub mod audit;
mod audit_operation;
pub mod authenticator;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
mod claims_from;
mod count;
mod error;
mod error_name;
mod flow;
mod groups;
mod icon;
pub mod native;
mod native_client;
mod oidc_authenticator;
pub mod origin;
mod patience;
mod profile;
mod provider;
pub mod resolver;
mod rooms;
mod scope;
mod sealing;
mod services;
pub mod session;
mod sign_in;
mod to_the_end;
pub mod tokens;
mod traces;
mod who;

pub use admission::{Admission, Condition, Refusal, RefusalReason};
pub use claims_from::ClaimsFrom;
pub use error::SignInError;
pub use error_name::ErrorName;
pub use flow::{
    BackchannelLogoutRequest, CallbackAnswer, CallbackRequest, Delivery, FlowId,
    FrontchannelLogoutRequest, LoggedOut, LogoutRequest, RefreshRequest, Refreshed, SignedIn,
    StartRequest, Started,
};
pub use groups::{GroupClaims, LeftOut, WhyLeftOut};
pub use icon::{Icon, Svg};
pub use oidc_authenticator::{OidcAuthenticator, OidcOptions, Prompt};
pub use patience::RefreshPatience;
pub use profile::profile_of;
pub use provider::{DEFAULT_SESSION_DURATION, Provider, ProviderSet};
pub use scope::{ScopePolicy, Scopes};
pub use sealing::{Keychain, KeychainError};
pub use services::{Service, ServicePermission, Services};
pub use sign_in::{Live, Parts, SignIn};
pub use stagedoor_claims as claims;

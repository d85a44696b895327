//! Sessions with a provider (contract §13).
//!
//! [`OAuth2`] is a session manager seen through Backstage's interfaces:
//! [`OAuthApi`], [`OpenIdConnectApi`], [`ProfileInfoApi`],
//! [`BackstageIdentityApi`] and [`SessionApi`]. How sessions are made, refreshed
//! and removed is an [`AuthConnector`]'s business.

mod apis;
mod connector;
mod error;
mod flight;
mod oauth2;
mod provider;
mod scopes;
mod session;
mod session_manager;
mod session_state;

pub use apis::{BackstageIdentityApi, OAuthApi, OpenIdConnectApi, ProfileInfoApi, SessionApi};
pub use connector::AuthConnector;
pub use error::AuthError;
pub use oauth2::{OAuth2, SessionOptions};
pub use provider::AuthProviderInfo;
pub use scopes::Scopes;
pub use session::{
    AccessToken, BackstageIdentityResponse, BackstageUserIdentity, IdToken, OAuth2Session,
    ProviderTokens,
};
pub use session_state::{SessionState, SessionStates};

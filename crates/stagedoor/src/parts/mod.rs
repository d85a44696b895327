//! Settings in, parts out: the only place that knows both.

mod catalog;
mod catalog_credentials;
mod catalog_place;
mod fingerprint;
mod http;
mod keys;
mod metrics;
mod oidc_authenticator;
mod providers;
mod relying_party;
mod resolvers;
mod secret_strength;
mod server;
mod sessions;
mod storage;
mod tls;
mod traces;

pub(crate) use catalog::{CatalogInUse, catalog};
pub(crate) use catalog_credentials::catalog_verifies_our_keys;
pub(crate) use fingerprint::fingerprint;
pub(crate) use http::{Authorities, extra_authorities, http_client};
pub(crate) use keys::{
    in_production, keychain, plugin_key_settings, plugin_keys, shared_plugin_keys, static_keys,
    token_issuer, user_key_settings, user_keys, user_token_algorithm,
};
pub(crate) use metrics::{MetricsPort, metrics};
pub use oidc_authenticator::{OidcAuthenticatorFactory, oidc_authenticator};
pub(crate) use providers::{Registry, admission, callback_url, live, origins};
pub(crate) use relying_party::{oidc_options, relying_party};
pub(crate) use resolvers::{ResolverFactories, resolver_chain, resolver_of};
pub(crate) use secret_strength::weakness;
pub(crate) use server::{limits, rate_limits, server_settings};
pub(crate) use sessions::{services, session_policy};
pub(crate) use storage::{database_location, settling_time, storage};
pub(crate) use tls::tls;
pub(crate) use traces::traces;

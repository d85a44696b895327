//! Settings in, parts out: the only place that knows both.

mod catalog;
mod catalog_credentials;
mod catalog_place;
mod keys;
mod providers;
mod relying_party;
mod resolvers;
mod server;
mod storage;
mod tls;

pub(crate) use catalog::{CatalogInUse, catalog};
pub(crate) use keys::{keychain, plugin_keys, shared_plugin_keys, token_issuer, user_keys};
pub(crate) use providers::{Registry, live};
pub(crate) use relying_party::{client_settings, oidc_options};
pub(crate) use resolvers::{ResolverFactories, resolver_of};
pub(crate) use server::server_settings;
pub(crate) use storage::storage;
pub(crate) use tls::tls;

//! The typed settings.

mod app;
mod auth;
mod authorization_request;
mod backend;
mod backend_auth;
mod catalog;
mod claim_path;
mod client_address;
mod client_credentials;
mod connections;
mod cors;
mod database;
mod discovery;
mod display;
mod group_claim;
mod https;
mod issuer;
mod key_store;
mod known;
mod limits;
mod listen;
mod logout;
mod native_clients;
mod paths;
mod postgres;
mod postgres_parameters;
mod postgres_tls;
mod postgres_url;
mod profile;
mod provider;
mod provider_environment;
mod requirement;
mod resolver;
mod session;
mod sign_in;
mod sign_in_page;
mod stagedoor;
mod svg;
mod token;
mod traces;

pub use app::App;
pub use auth::Auth;
pub use authorization_request::{AuthorizationRequest, ResponseMode};
pub use backend::Backend;
pub use backend_auth::{AccessRestriction, BackendAuth, StaticAccess};
pub use catalog::{CatalogSettings, FileLocation};
pub use client_address::{ClientAddressSettings, TrustedProxies};
pub use client_credentials::{AssertionAudience, ClientAssertion, ClientCertificate};
pub use cors::Cors;
pub use database::{Database, SqliteLocation};
pub use discovery::DiscoveryEndpoint;
pub use display::{Display, Icon};
pub use https::Https;
pub use key_store::{KeyStore, StaticKey};
pub use known::Known;
pub use limits::{Limits, RateLimit, RateLimits};
pub use listen::Listen;
pub use logout::Logout;
pub use native_clients::NativeClient;
pub use postgres::{Division, PostgresSettings};
pub use postgres_tls::PostgresTls;
pub use provider::{Provider, ProviderId};
pub use provider_environment::{Prompt, ProviderEnvironment};
pub use resolver::Resolver;
pub use session::SessionLimits;
pub use sign_in::SignInSettings;
pub use sign_in_page::{Color, SignInPage};
pub use stagedoor::StagedoorSettings;
pub use svg::Svg;
pub use token::{ClaimsFrom, TokenEndpointAuthMethod, TokenSignedResponseAlg};
pub use traces::TraceSettings;

use crate::{environment::Environment, layers::Merged, problem::Report, reading::Section};

use paths::Paths;

/// Everything Stagedoor reads from `app-config.yaml` (contract §12). Keys of
/// other plugins are not here.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `app`.
    pub app: App,
    /// `backend`.
    pub backend: Backend,
    /// `auth`.
    pub auth: Auth,
    /// `catalog`.
    pub catalog: CatalogSettings,
    /// `discovery.endpoints`, in their order: for one plugin a later one counts.
    pub discovery: Vec<DiscoveryEndpoint>,
    /// `enableExperimentalRedirectFlow`: sign in by redirects, without a popup.
    pub enable_experimental_redirect_flow: bool,
    /// `stagedoor.signInPage`.
    pub sign_in_page: SignInPage,
    /// `stagedoor`.
    pub stagedoor: StagedoorSettings,
}

impl Settings {
    /// Reads all of it, telling `report` every mistake. `None` only if there
    /// was one.
    pub(crate) fn read(
        merged: &Merged,
        env: &Environment,
        known: &Known,
        report: &Report,
    ) -> Option<Self> {
        let root = Section::root(&merged.root, report);
        let paths = Paths::new(env, &merged.directories);
        root.warn_of_typos(
            &[
                "app",
                "auth",
                "backend",
                "catalog",
                "discovery",
                "stagedoor",
            ],
            &[],
        );
        // All of them before any `?`, so that every mistake is told.
        let app = App::read(&root);
        let backend = Backend::read(&root, env, &paths);
        let auth = Auth::read(&root, known, &paths);
        let catalog = CatalogSettings::read(&root, &paths);
        let discovery = DiscoveryEndpoint::read_all(&root);
        let redirect_flow = root
            .get("enableExperimentalRedirectFlow")
            .and_then(|field| field.boolean());
        let sign_in_page = SignInPage::read(&root.section("stagedoor"), &paths);
        let stagedoor = StagedoorSettings::read(&root);
        Some(Self {
            app: app?,
            backend: backend?,
            auth: auth?,
            catalog,
            discovery,
            enable_experimental_redirect_flow: redirect_flow.unwrap_or(false),
            sign_in_page,
            stagedoor,
        })
    }
}

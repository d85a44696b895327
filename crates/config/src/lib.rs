//! Backstage's `app-config.yaml` read into typed settings.
//!
//! [`load`] reads the files that Backstage would read, in the way it reads them
//! (layers, `${VAR}`, `$env`, `$file`, `$include`, `APP_CONFIG_…`), and gives
//! [`Settings`], or every mistake at once as [`ConfigErrors`]: each with its file,
//! line and column, what was found, what is allowed, and what was probably meant.
//! No secret, and nothing that came out of the environment, is ever in them.
//!
//! ```
//! use stagedoor_config::{Environment, Known, load_str};
//!
//! let yaml = "
//! app: { baseUrl: http://localhost:3000 }
//! backend:
//!   baseUrl: http://localhost:7007
//!   database: { client: better-sqlite3, connection: ':memory:' }
//! auth:
//!   providers:
//!     keycloak:
//!       development:
//!         clientId: backstage
//!         clientSecret: ${AUTH_SECRET}
//!         metadataUrl: https://sso.example.com/realms/main
//!         prompt: auto
//! ";
//! let env = Environment::from_iter([("AUTH_SECRET", "hunter2")]);
//! let settings = load_str(yaml, &env, &Known::default()).unwrap().settings;
//! assert_eq!(settings.auth.providers[0].id.as_str(), "keycloak");
//!
//! let errors = load_str(yaml, &Environment::default(), &Known::default()).unwrap_err();
//! assert_eq!(
//!     errors.to_string(),
//!     "<inline>:11:23: auth.providers.keycloak.development.clientSecret: is missing: \
//!      its value is `${AUTH_SECRET}` (<inline>:11:23) and AUTH_SECRET is not set"
//! );
//! ```
//!
//! The way in has four steps, one module each: `document` (a text to a tree whose
//! every value knows its place), `layers` (substitution, includes, merging),
//! `reading` (a value to what it should be, or a problem), `settings`.

mod document;
mod environment;
mod layers;
mod problem;
mod reading;
mod settings;
mod text;
mod watch;

use std::path::PathBuf;

pub use environment::Environment;
pub use layers::ConfigFiles;
pub use problem::{ConfigErrors, ConfigReport, ConfigWarning, Problem};
pub use settings::{
    AccessRestriction, App, AssertionAudience, Auth, AuthorizationRequest, Backend, BackendAuth,
    CatalogSettings, ClaimsFrom, ClientAddressSettings, ClientAssertion, ClientCertificate, Color,
    Cors, Database, DiscoveryEndpoint, Display, Division, FileLocation, Https, Icon, KeyStore,
    Known, Limits, Listen, Logout, NativeClient, PostgresSettings, PostgresTls, Prompt, Provider,
    ProviderEnvironment, ProviderId, RateLimit, RateLimits, Resolver, ResponseMode, SessionLimits,
    Settings, SignInPage, SignInSettings, SqliteLocation, StagedoorSettings, StaticAccess,
    StaticKey, Svg, TokenEndpointAuthMethod, TokenSignedResponseAlg, TraceSettings, TrustedProxies,
};
pub use watch::{WatchError, Watcher, watch};

use layers::Merged;
use problem::Report;

/// A configuration that was read without a mistake.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What is not wrong, but probably not what was meant.
    pub warnings: Vec<ConfigWarning>,
    /// Every file that was read, includes and `$file`s too.
    pub files: Vec<PathBuf>,
    /// Files that would be read if they were there, such as
    /// `app-config.local.yaml`.
    pub missing: Vec<PathBuf>,
}

impl Loaded {
    /// All files whose change, or appearance, may change the settings.
    #[must_use]
    pub fn to_watch(&self) -> Vec<PathBuf> {
        self.files.iter().chain(&self.missing).cloned().collect()
    }
}

/// Reads the configuration files, and the `APP_CONFIG_…` variables over them.
///
/// # Errors
///
/// Every mistake that was found, at once. A configuration that Backstage accepts
/// has none, except where Stagedoor lacks something: MySQL, Firestore, the cloud
/// connectors of PostgreSQL, configuration from a URL, and unsigned ID tokens.
pub fn load(files: &ConfigFiles, env: &Environment, known: &Known) -> Result<Loaded, ConfigErrors> {
    let report = Report::default();
    let merged = layers::from_files(files, env, &report);
    settle(&merged, env, known, report)
}

/// Reads one text as the configuration file `<inline>`, and the `APP_CONFIG_…`
/// variables over it.
///
/// # Errors
///
/// As [`load`].
pub fn load_str(yaml: &str, env: &Environment, known: &Known) -> Result<Loaded, ConfigErrors> {
    let report = Report::default();
    let merged = layers::from_text(yaml, env, &report);
    settle(&merged, env, known, report)
}

fn settle(
    merged: &Merged,
    env: &Environment,
    known: &Known,
    report: Report,
) -> Result<Loaded, ConfigErrors> {
    // What a file that cannot be read would have said is not missing.
    let settings = if report.has_unreadable() {
        None
    } else {
        Settings::read(merged, env, known, &report)
    };
    let has_errors = report.has_errors();
    let (mut problems, warnings) = report.finish();
    match settings.filter(|_| !has_errors) {
        Some(settings) => Ok(Loaded {
            settings,
            warnings,
            files: merged.files.clone(),
            missing: merged.missing.clone(),
        }),
        None => {
            if problems.is_empty() {
                problems.push(Problem::new(&merged.root.place, "", "cannot be used"));
            }
            let files = merged.files.iter().chain(&merged.missing).cloned();
            Err(ConfigErrors::new(problems, warnings, files.collect()))
        }
    }
}

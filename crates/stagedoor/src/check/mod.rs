//! `stagedoor check`: reads the configuration as `serve` would, and tries it.
//!
//! One file for each check. A check is a small function that yields
//! [`Finding`]s; those that ask someone else run at the same time, each within
//! its own time-out. Nothing is changed anywhere.

mod catalog;
mod claims;
mod cookies;
mod cors;
mod database;
mod door;
mod environment;
mod finding;
mod key_door;
mod provider;
mod report;
mod session_secret;
mod sign_in;
mod sign_in_admission;
mod signing_keys;
mod site;
pub(crate) mod table;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use futures_util::future::join_all;
use stagedoor_ambient::{SharedClock, SharedEntropy, SystemClock, SystemEntropy};
use stagedoor_config::{ConfigErrors, ConfigFiles, Environment, Known, Loaded, Settings, load};
use stagedoor_oidc::HttpSetupError;
use stagedoor_signin::authenticator::OidcResult;

use crate::parts::{self, Authorities, Registry, ResolverFactories};
use provider::InUse;

pub(crate) use finding::{Finding, Level, Section};
pub(crate) use report::{Report, Verdict, mistakes_json};
pub(crate) use sign_in::{Part, SignIn, Told};
pub(crate) use sign_in_admission::Admitted;

/// What to check.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) files: ConfigFiles,
    /// Only this provider.
    pub(crate) provider: Option<String>,
    /// Claims to resolve.
    pub(crate) claims: Option<PathBuf>,
}

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    #[error("--as {0}")]
    Claims(#[from] claims::ClaimsError),
    #[error("--provider {asked}: there is no such provider{}", others(.known))]
    NoSuchProvider { asked: String, known: Vec<String> },
    #[error(transparent)]
    Http(#[from] HttpSetupError),
}

fn others(known: &[String]) -> String {
    match known {
        [] => String::new(),
        known => format!("; there is {}", known.join(", ")),
    }
}

/// Checks all of it.
pub(crate) async fn run(request: Request) -> Result<Report, CheckError> {
    let claims = request.claims.as_deref().map(claims::read).transpose()?;
    let environment = Environment::of_this_process();
    let loaded = load(&request.files, &environment, &Known::default())?;
    let settings = &loaded.settings;
    let providers = providers(settings, request.provider.as_deref())?;
    let (clock, entropy): (SharedClock, SharedEntropy) =
        (Arc::new(SystemClock), Arc::new(SystemEntropy::default()));
    let resolvers = ResolverFactories::default();
    let authorities = parts::extra_authorities(&environment);
    let registry = Registry {
        providers: &BTreeMap::new(),
        resolvers: &resolvers,
        http: parts::http_client(&authorities, None)?,
        clock,
        entropy,
    };
    let node_env = environment.get("NODE_ENV");
    let mut sections = at_home(&loaded, node_env, &registry);

    let asked = join_all(
        providers
            .iter()
            .map(|provider| provider::check(*provider, settings, &registry)),
    );
    let in_production = parts::in_production(settings, node_env);
    let (of_providers, database, (catalog, sign_ins)) = futures_util::join!(
        asked,
        database::check(settings, in_production),
        catalog_and_sign_ins(
            settings,
            &providers,
            claims.as_ref(),
            &registry,
            authorities
        ),
    );
    sections.extend(of_providers);
    sections.push(Section::new("catalog", catalog));
    sections.push(Section::new("backend.database", database));
    Ok(Report { sections, sign_ins })
}

/// The providers in the environment in use.
fn providers<'a>(settings: &'a Settings, only: Option<&str>) -> Result<Vec<InUse<'a>>, CheckError> {
    let all = &settings.auth.providers;
    if let Some(asked) = only
        && !all.iter().any(|provider| provider.id.as_str() == asked)
    {
        return Err(CheckError::NoSuchProvider {
            asked: asked.to_owned(),
            known: all.iter().map(|provider| provider.id.to_string()).collect(),
        });
    }
    let in_use = environment::in_use(settings);
    let wanted = all
        .iter()
        .filter(|provider| only.is_none_or(|only| provider.id.as_str() == only));
    Ok(wanted
        .flat_map(|provider| {
            let environments = provider.environments.iter();
            environments.map(|(name, settings)| InUse {
                id: provider.id.as_str(),
                environment: name,
                settings,
            })
        })
        .filter(|provider| provider.environment == in_use)
        .collect())
}

/// What can be told without asking anybody.
fn at_home(loaded: &Loaded, node_env: Option<&str>, registry: &Registry<'_>) -> Vec<Section> {
    let settings = &loaded.settings;
    let files: Vec<_> = loaded
        .files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let mut reading = vec![Finding::ok("reading", files.join(", "))];
    reading.extend(loaded.warnings.iter().map(report::of_warning));
    let secret = session_secret::check(settings, node_env, &*registry.entropy);
    let mut sections = vec![
        Section::new("configuration", reading),
        Section::new("auth.session.secret", secret),
        Section::new("auth.keyStore", signing_keys::check(settings)),
        Section::new("auth.environment", [environment::check(settings)]),
    ];
    sections.extend(door::check(settings));
    sections.push(Section::new("backend.cors", cors::check(settings)));
    sections
}

/// Sign-ins are tried on the catalog that was checked.
async fn catalog_and_sign_ins(
    settings: &Settings,
    providers: &[InUse<'_>],
    claims: Option<&OidcResult>,
    registry: &Registry<'_>,
    authorities: Authorities,
) -> (Vec<Finding>, Vec<SignIn>) {
    // Kept to the end: with it goes the door at which our keys are.
    let mut checked = catalog::check(settings, registry, authorities).await;
    let mut findings = std::mem::take(&mut checked.findings);
    let (Some(claims), Some(catalog)) = (claims, &checked.catalog) else {
        return (findings, Vec::new());
    };
    let tried = sign_in::try_all(providers, claims, settings, catalog, registry).await;
    let sign_ins = tried.unwrap_or_else(|error| {
        findings.push(Finding::start_error("sign-in", &error));
        Vec::new()
    });
    (findings, sign_ins)
}

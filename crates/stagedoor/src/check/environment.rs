//! `auth.environment`: whose providers people sign in with.

use stagedoor_config::Settings;

use super::Finding;

const CHECK: &str = "providers";
const DEFAULT: &str = "development";

/// The environment that the frontend asks for.
pub(super) fn in_use(settings: &Settings) -> &str {
    settings.auth.environment.as_deref().unwrap_or(DEFAULT)
}

pub(super) fn check(settings: &Settings) -> Finding {
    let environment = in_use(settings);
    let providers = &settings.auth.providers;
    let has = |provider: &&stagedoor_config::Provider| {
        let mut environments = provider.environments.iter();
        environments.any(|(name, _)| name == environment)
    };
    let ids: Vec<_> = providers
        .iter()
        .filter(has)
        .map(|provider| provider.id.as_str())
        .collect();
    let others: Vec<_> = providers
        .iter()
        .filter(|provider| !has(provider))
        .map(|provider| provider.id.as_str())
        .collect();
    if !ids.is_empty() {
        let mut what = format!("{environment}: {}", ids.join(", "));
        if !others.is_empty() {
            what += &format!(
                "; not in this environment, so not checked: {}",
                others.join(", ")
            );
        }
        return Finding::ok(CHECK, what);
    }
    if others.is_empty() {
        return Finding::failure(
            CHECK,
            "there is no OpenID provider: nobody can sign in",
            "add one under auth.providers, with clientId, clientSecret and metadataUrl",
        );
    }
    Finding::failure(
        CHECK,
        format!(
            "no provider has settings for '{environment}', the environment in use: nobody can sign in"
        ),
        format!(
            "add auth.providers.{}.{environment}, or set auth.environment",
            others[0]
        ),
    )
}

//! Shared by the tests.
#![allow(dead_code, unreachable_pub, missing_docs)]

use stagedoor_config::*;

/// What every configuration needs.
pub const BASE: &str = "\
app: {baseUrl: 'http://localhost:3000'}
backend:
  baseUrl: http://localhost:7007
  database: {client: better-sqlite3, connection: ':memory:'}
";

pub fn load(yaml: &str) -> Result<Loaded, ConfigErrors> {
    load_str(yaml, &Environment::default(), &Known::default())
}

pub fn settings(yaml: &str) -> Settings {
    load(yaml).unwrap().settings
}

/// [`BASE`] and a provider with more lines of eight spaces in its environment.
pub fn with_provider(extra: &str) -> String {
    format!(
        "{BASE}auth:
  providers:
    keycloak:
      development:
        clientId: backstage
        clientSecret: hunter2
        metadataUrl: https://sso.example.com/realms/main
        {}
",
        extra.trim()
    )
}

pub fn provider(extra: &str) -> ProviderEnvironment {
    let mut auth = settings(&with_provider(extra)).auth;
    auth.providers.remove(0).environments.remove(0).1
}

/// The lines of the errors.
pub fn refusal(yaml: &str, env: &Environment) -> String {
    load_str(yaml, env, &Known::default())
        .unwrap_err()
        .to_string()
}

//! The demo's configuration: the same YAML as anyone's, so that it can serve
//! as an example.

use std::path::Path;

use serde_json::json;
use url::Url;

pub(super) const PROVIDER_ID: &str = "demo";
pub(super) const CLIENT_ID: &str = "stagedoor-dev";

/// What differs from run to run.
pub(super) struct Values<'a> {
    pub(super) url: &'a Url,
    pub(super) port: u16,
    pub(super) metadata_url: &'a Url,
    pub(super) client_secret: &'a str,
    pub(super) session_secret: &'a str,
    pub(super) catalog: &'a Path,
}

/// Fills the values in. JSON strings are YAML strings, whatever is in them.
pub(super) fn yaml(values: &Values<'_>) -> String {
    let url = values.url.as_str().trim_end_matches('/');
    format!(
        "app:
  title: Stagedoor demo
  baseUrl: {url}
backend:
  baseUrl: {url}
  listen: {{ host: 127.0.0.1, port: {port} }}
  database: {{ client: better-sqlite3, connection: ':memory:' }}
auth:
  environment: development
  session: {{ secret: {session_secret} }}
  providers:
    {PROVIDER_ID}:
      development:
        clientId: {CLIENT_ID}
        clientSecret: {client_secret}
        metadataUrl: {metadata_url}
        prompt: auto
        display: {{ title: Demo ID }}
        signIn:
          resolvers:
            - resolver: emailMatchingUserEntityProfileEmail
stagedoor:
  nativeClients:
    stagedoor-cli: {{ title: Stagedoor’s command line }}
catalog:
  locations:
    - {{ type: file, target: {catalog} }}
",
        url = json!(url),
        port = values.port,
        metadata_url = json!(values.metadata_url),
        client_secret = json!(values.client_secret),
        session_secret = json!(values.session_secret),
        catalog = json!(values.catalog),
    )
}

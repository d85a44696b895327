//! `app` and `backend` → how the server presents itself.

use std::time::Duration;

use stagedoor_config::{Cors, Settings};
use stagedoor_server::{CorsSettings, ServerSettings};

use super::providers::patterns;
use crate::backend::StartError;

/// Longer than any provider may take to answer all that a sign-in asks of it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// What the door needs to know.
pub(crate) fn server_settings(
    settings: &Settings,
    dev: bool,
) -> Result<ServerSettings, StartError> {
    Ok(ServerSettings {
        app_url: settings.app.base_url.clone(),
        app_title: settings
            .app
            .title
            .clone()
            .unwrap_or_else(|| "Backstage".to_owned()),
        base_url: settings.backend.base_url.clone(),
        environment: settings
            .auth
            .environment
            .clone()
            .unwrap_or_else(|| "development".to_owned()),
        cors: settings.backend.cors.as_ref().map(cors).transpose()?,
        dev,
        request_timeout: REQUEST_TIMEOUT,
    })
}

fn cors(cors: &Cors) -> Result<CorsSettings, StartError> {
    let methods = match cors.methods.as_slice() {
        // What the `cors` package answers when it is not told.
        [] => parse_all(
            "backend.cors.methods",
            &["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"],
        )?,
        methods => parse_all("backend.cors.methods", methods)?,
    };
    Ok(CorsSettings {
        origins: patterns("backend.cors.origin", &cors.origins)?,
        methods,
        allowed_headers: parse_all("backend.cors.allowedHeaders", &cors.allowed_headers)?,
        exposed_headers: parse_all("backend.cors.exposedHeaders", &cors.exposed_headers)?,
        credentials: cors.credentials,
        max_age: cors.max_age.and_then(|age| Duration::try_from(age).ok()),
    })
}

fn parse_all<T: std::str::FromStr>(
    key: &str,
    names: &[impl AsRef<str>],
) -> Result<Vec<T>, StartError> {
    names
        .iter()
        .map(|name| {
            let name = name.as_ref();
            name.parse()
                .map_err(|_| StartError::setting(key, format!("{name:?} can't stand there")))
        })
        .collect()
}

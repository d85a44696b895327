//! `GET /.providers`: which ways in there are, for pages that are not ours. No
//! provider can have this id.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::Uri;
use serde::Serialize;
use stagedoor_signin::Provider;
use url::Url;

use crate::{AppState, error::ApiError, pages, parameters::Parameters};

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Providers<'a> {
    /// Whose providers these are.
    environment: &'a str,
    /// Every environment that has a provider.
    environments: BTreeSet<&'a str>,
    /// In the order they are shown.
    providers: Vec<Listed<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    id: &'a str,
    environment: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    order: i32,
    /// Whether the provider answers, as far as is known.
    available: bool,
    /// To be completed with `origin`, `scope` and `flow`, which are the app's.
    start_url: String,
}

/// The providers of `env`, or of `auth.environment`.
pub(crate) async fn list(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    let query = Parameters::of_query(&uri);
    let settings = &state.settings;
    let environment = query.one("env")?.unwrap_or(&settings.environment);
    let auth_url = settings.auth_url();
    let live = state.sign_in.live();
    let all = || live.providers.iter();
    let answer = Providers {
        environment,
        environments: all()
            .map(|provider| provider.environment.as_str())
            .collect(),
        providers: all()
            .filter(|provider| provider.environment == environment)
            .map(|provider| listed(provider, &auth_url))
            .collect(),
    };
    Ok(Json(answer).into_response())
}

fn listed<'a>(provider: &'a Provider, auth_url: &str) -> Listed<'a> {
    let icon = provider.icon.as_ref();
    Listed {
        id: &provider.id,
        environment: &provider.environment,
        title: &provider.title,
        message: provider.message.as_deref(),
        icon: icon.map(|icon| format!("{auth_url}/{}", pages::icon_path(icon))),
        order: provider.order,
        available: provider.is_available(),
        start_url: start_url(auth_url, provider).map_or_else(String::new, String::from),
    }
}

/// Where a sign-in with a provider starts.
pub(super) fn start_url(auth_url: &str, provider: &Provider) -> Option<Url> {
    let mut url = Url::parse(&format!("{auth_url}/{}/start", provider.id)).ok()?;
    url.query_pairs_mut()
        .append_pair("env", &provider.environment);
    Some(url)
}

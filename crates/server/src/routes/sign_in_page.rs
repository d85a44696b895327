//! `GET /`: the sign-in page.

use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::Uri;
use stagedoor_signin::{Provider, origin::Origin};
use url::Url;

use crate::{
    AppState,
    error::ApiError,
    pages::{ProviderButton, SignInPage, sign_in_page},
    parameters::Parameters,
};

/// Every provider of the environment as a button; where the portal lives
/// elsewhere, the way there.
pub(crate) async fn page(State(state): State<AppState>, uri: Uri) -> Result<Response, ApiError> {
    let settings = &state.settings;
    let query = Parameters::of_query(&uri);
    let live = state.sign_in.live();
    let own_origin = Origin::of(&settings.base_url);
    // Answers of a flow only go to allowed origins: buttons on this page work
    // when our own is one of them.
    let works_here = own_origin
        .as_ref()
        .is_some_and(|origin| live.origins.allows(origin));
    let auth_url = settings.auth_url();
    let here = own_origin
        .as_ref()
        .map_or_else(String::new, |origin| format!("{}/", origin.as_str()));
    let shown = |provider: &&std::sync::Arc<Provider>| provider.environment == settings.environment;
    let buttons: Vec<ProviderButton<'_>> = live
        .providers
        .iter()
        .filter(shown)
        .map(|provider| ProviderButton {
            id: &provider.id,
            environment: &provider.environment,
            title: &provider.title,
            message: provider.message.as_deref(),
            start_redirect_url: start_url(&auth_url, provider, &here),
            available: provider.is_available(),
        })
        .collect();
    let html = sign_in_page(&SignInPage {
        title: &settings.app_title,
        app_url: (!works_here).then_some(settings.app_url.as_str()),
        auth_url: &auth_url,
        providers: &buttons,
        dev: settings.dev,
        // A redirect flow that failed ends here with its reason.
        error: query.one("error")?,
    })?;
    Ok(Html(html).into_response())
}

/// Where a button leads without scripts: the redirect flow, back to this page.
fn start_url(auth_url: &str, provider: &Provider, here: &str) -> String {
    let (Ok(mut url), Ok(mut back)) = (
        Url::parse(&format!("{auth_url}/{}/start", provider.id)),
        Url::parse(here),
    ) else {
        return String::new();
    };
    // The page can't see whose session cookie there is: it is told whom to ask.
    back.query_pairs_mut().append_pair("via", &provider.id);
    url.query_pairs_mut()
        .append_pair("env", &provider.environment)
        .append_pair("flow", "redirect")
        .append_pair("origin", here.trim_end_matches('/'))
        .append_pair("redirectUrl", back.as_str());
    url.into()
}

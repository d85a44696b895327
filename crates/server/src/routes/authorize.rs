//! `GET|POST /v1/authorize`: programs on people's own machines ask for a token
//! (RFC 6749 §4.1.1, RFC 8252). Not there unless `stagedoor.nativeClients` names
//! some.

use axum::{
    body::Bytes,
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use stagedoor_signin::{
    Provider, SignIn, SignInError,
    native::{AuthorizeParameters, BrowserBinding, NotAuthorized},
};
use url::Url;

use crate::{
    AppState,
    cookies::{Names, RequestCookies, ResponseCookies},
    error::ApiError,
    language::Language,
    pages::{ClientWay, client_page, onward_page_of_route},
    parameters::Parameters,
};

/// Binds what is shown to the browser that shows it.
const COOKIE: &str = "stagedoor-client";
/// Its name over https, where browsers keep one of this name only when our own
/// host has set it: no other host of the domain can plant one that it knows.
const GUARDED_COOKIE: &str = "__Host-stagedoor-client";

/// Shows the person who asks, and the ways to agree.
pub(crate) async fn ask(
    State(state): State<AppState>,
    language: Language,
    cookies: RequestCookies,
    uri: Uri,
) -> Result<Response, ApiError> {
    must_be_on(&state)?;
    let query = Parameters::of_query(&uri);
    let given = AuthorizeParameters {
        client_id: query.one("client_id")?,
        redirect_uri: query.one("redirect_uri")?,
        response_type: query.one("response_type")?,
        code_challenge: query.one("code_challenge")?,
        code_challenge_method: query.one("code_challenge_method")?,
        state: query.one("state")?,
        scope: query.one("scope")?,
    };
    let issuer = state.settings.auth_url();
    let request = match state.sign_in.read_client_request(given, &issuer) {
        Ok(request) => request,
        Err(NotAuthorized::At(url)) => return redirect(&url),
        Err(NotAuthorized::Here(error)) => return Err(ApiError::NotAuthorized(error)),
    };
    let environment = query.one("env")?.unwrap_or(&state.settings.environment);
    let named = query.one("provider")?;
    let live = state.sign_in.live();
    if let Some(id) = named {
        live.providers.find(id, Some(environment))?;
    }
    let ways: Vec<_> = live
        .providers
        .iter()
        .filter(|provider| provider.environment == environment)
        .filter(|provider| named.is_none_or(|id| id == provider.id))
        .filter(|provider| provider.serves_clients())
        .map(|provider| way(provider))
        .collect();
    let browser = match binding(&state, &cookies) {
        Some(browser) => browser,
        None => state.sign_in.new_browser_binding()?,
    };
    let title = live.native_clients.title(request.client());
    let title = title.unwrap_or_default().to_owned();
    let sealed = state.sign_in.seal_client_request(request, &browser)?;
    let look = language.look(&state.settings.page);
    let html = client_page(&look, &title, &sealed, &ways)?;
    Ok((
        [(header::SET_COOKIE, cookie(&state, &browser)?)],
        Html(html),
    )
        .into_response())
}

fn way(provider: &Provider) -> ClientWay<'_> {
    ClientWay {
        id: &provider.id,
        environment: &provider.environment,
        title: &provider.title,
    }
}

/// The person has agreed: the browser goes on to the provider.
pub(crate) async fn agree(
    State(state): State<AppState>,
    language: Language,
    cookies: RequestCookies,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    must_be_on(&state)?;
    let form = Parameters::parse(&body);
    let browser = binding(&state, &cookies).filter(|_| is_from_this_page(&headers));
    let browser = browser.ok_or(SignInError::FlowCookieMissing)?;
    let sealed = form.one("request")?.unwrap_or_default();
    let request = state.sign_in.open_client_request(sealed, &browser)?;
    let provider = form.one("provider")?.unwrap_or_default();
    let live = state.sign_in.live();
    let names = Names::of(&live, provider);
    let flows = cookies.open(&names);
    let another_account = cookies.get(&names.refused()).is_some();
    let look = language.look(&state.settings.page);
    let started = state
        .sign_in
        .start_for_client(
            request.clone(),
            provider,
            form.one("env")?,
            another_account,
            flows,
        )
        .await;
    let started = match started {
        Ok(started) => started,
        Err(error) => {
            let issuer = state.settings.auth_url();
            let target = state.sign_in.client_refusal(&request, &error, &issuer);
            return Ok(Html(onward_page_of_route(&look, target.as_str())).into_response());
        }
    };
    let mut set = ResponseCookies::new(
        &live,
        &started.provider,
        live.origins.app().as_str(),
        &state.settings.environment,
    );
    set.begin_flow(&started, &cookies);
    let page = onward_page_of_route(&look, started.location.as_str());
    Ok((set, Html(page)).into_response())
}

/// Without programs that may ask, this is the path of an unknown provider, as
/// it is in Backstage.
pub(super) fn must_be_on(state: &AppState) -> Result<(), SignInError> {
    match state.sign_in.live().native_clients.is_empty() {
        true => Err(SignInError::UnknownProvider("v1".to_owned())),
        false => Ok(()),
    }
}

fn binding(state: &AppState, cookies: &RequestCookies) -> Option<BrowserBinding> {
    let name = match is_encrypted(state) {
        true => GUARDED_COOKIE,
        false => COOKIE,
    };
    cookies.get(name).and_then(BrowserBinding::parse)
}

fn is_encrypted(state: &AppState) -> bool {
    state.settings.base_url.scheme() == "https"
}

/// Browsers say from where a form was sent, and let no page lie about it. Older
/// ones say nothing: for them there is the cookie.
fn is_from_this_page(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin")
}

fn cookie(state: &AppState, browser: &BrowserBinding) -> Result<HeaderValue, ApiError> {
    let value = browser.expose();
    let seconds = SignIn::flow_lifetime().as_secs();
    let cookie = if is_encrypted(state) {
        format!(
            "{GUARDED_COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=Strict"
        )
    } else {
        let path = state.settings.base_url.path().trim_end_matches('/');
        format!(
            "{COOKIE}={value}; Max-Age={seconds}; Path={path}/api/auth/v1/authorize; HttpOnly; SameSite=Strict"
        )
    };
    HeaderValue::try_from(cookie).map_err(|_| ApiError::Unreadable)
}

fn redirect(url: &Url) -> Result<Response, ApiError> {
    let location = HeaderValue::from_str(url.as_str()).map_err(|_| ApiError::Unreadable)?;
    Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
}

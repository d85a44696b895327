//! `GET|POST /{provider}/handler/frame`

use axum::{
    Extension,
    body::Bytes,
    extract::{FromRequestParts, OriginalUri, Path, State},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use serde_json::json;
use stagedoor_signin::{CallbackAnswer, CallbackRequest, Delivery, Live, SignInError, SignedIn};
use url::Url;

use super::sign_in_page::is_this_page;
use crate::{
    AppState,
    cookies::{Names, RequestCookies, ResponseCookies},
    error::ApiError,
    language::Language,
    pages,
    parameters::Parameters,
    request_id::RequestId,
    settings::ServerSettings,
};

/// Added when a form is posted again from our own site.
const REPOSTED: &str = "stagedoor_reposted";

/// The provider answers in the query.
pub(crate) async fn from_query(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    cookies: RequestCookies,
    teller: Teller,
    uri: Uri,
) -> Result<Response, ApiError> {
    let parameters = Parameters::of_query(&uri);
    finish(
        &state,
        provider,
        parameters,
        &cookies,
        &teller,
        Onward::Redirect,
    )
    .await
}

/// The provider answers with a form (`response_mode=form_post`). Its post comes
/// from another site and so brings no cookie; the page it gets posts the same
/// form again, from ours.
pub(crate) async fn from_form(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    OriginalUri(uri): OriginalUri,
    cookies: RequestCookies,
    teller: Teller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let mut parameters = Parameters::parse(&body);
    let reposted = parameters.take(REPOSTED);
    let names = Names::of(&state.sign_in.live(), &provider);
    if reposted || !cookies.flows(&names).is_empty() {
        return finish(
            &state,
            provider,
            parameters,
            &cookies,
            &teller,
            Onward::Page,
        )
        .await;
    }
    state.sign_in.live().providers.must_know(&provider)?;
    let mut fields = parameters.into_pairs();
    fields.push((REPOSTED.to_owned(), "1".to_owned()));
    let page = pages::repost_page(&teller.look(&state), uri.path(), &fields);
    Ok(page_with_script(
        page.html,
        &page.script_sha256_base64,
        "; form-action 'self'",
    ))
}

/// How someone is told of the outcome.
#[derive(FromRequestParts)]
pub(crate) struct Teller {
    language: Language,
    #[from_request(via(Extension))]
    request_id: RequestId,
}

impl Teller {
    fn look<'a>(&self, state: &'a AppState) -> pages::Look<'a> {
        self.language.look(&state.settings.page)
    }
}

/// How a redirect flow leads back to the app.
#[derive(Clone, Copy)]
enum Onward {
    /// In answer to a navigation.
    Redirect,
    /// In answer to a form, whose page's policy would hold a redirect back.
    Page,
}

async fn finish(
    state: &AppState,
    provider: String,
    parameters: Parameters,
    cookies: &RequestCookies,
    teller: &Teller,
    onward: Onward,
) -> Result<Response, ApiError> {
    let live = state.sign_in.live();
    let names = Names::of(&live, &provider);
    let request = CallbackRequest {
        flow_cookies: cookies.flows(&names),
        session_cookies: cookies.sessions(&names),
        parameters: parameters.into_pairs(),
        provider,
    };
    let answer = match state.sign_in.callback(request).await {
        Ok(answer) => answer,
        // Nothing tells where this answer belongs but that it is no other's:
        // a popup is closed, and its app told.
        Err(error @ SignInError::StateInvalid) => {
            let origin = live.origins.app().as_str();
            return Ok(message(state, teller, origin, Err(&error)));
        }
        Err(error) => return Err(error.into()),
    };
    let set = cookies_after(state, &live, &answer, cookies);
    let body = match &answer.delivery {
        Delivery::Message(origin) => {
            message(state, teller, origin.as_str(), answer.outcome.as_ref())
        }
        Delivery::Redirect(url) => {
            let target = target(&state.settings, url, &answer.outcome, teller);
            go(state, teller, onward, &target)
        }
        Delivery::Client(request) => {
            let issuer = state.settings.auth_url();
            let outcome = answer.outcome.as_ref();
            let (sign_in, provider) = (&state.sign_in, &answer.provider);
            let target = sign_in.client_answer(request, provider, outcome, &issuer);
            go(state, teller, onward, &target)
        }
    };
    Ok((set, body).into_response())
}

/// What the browser keeps of the outcome.
fn cookies_after<'a>(
    state: &AppState,
    live: &Live,
    answer: &'a CallbackAnswer,
    cookies: &RequestCookies,
) -> ResponseCookies<'a> {
    let mut set = ResponseCookies::new(
        live,
        &answer.provider,
        answer.origin.as_str(),
        &state.settings.environment,
    );
    set.remove_flow(answer.flow);
    match &answer.outcome {
        // A program has a session of its own.
        Ok(_) if matches!(answer.delivery, Delivery::Client(_)) => set.remove_refused(cookies),
        Ok(signed_in) => {
            set.set_session(&signed_in.cookie, &signed_in.granted_scope, cookies);
            set.remove_refused(cookies);
        }
        Err(error) if error.asks_for_another_account() => set.set_refused(),
        Err(_) => {}
    }
    set
}

fn go(state: &AppState, teller: &Teller, onward: Onward, target: &Url) -> Response {
    match onward {
        Onward::Redirect => redirect(target),
        Onward::Page => {
            Html(pages::onward_page(&teller.look(state), target.as_str())).into_response()
        }
    }
}

/// The web message of contract §7.
fn message(
    state: &AppState,
    teller: &Teller,
    origin: &str,
    outcome: Result<&SignedIn, &SignInError>,
) -> Response {
    let message = match outcome {
        Ok(signed_in) => json!({ "type": "authorization_response", "response": signed_in.session }),
        Err(error) => json!({
            "type": "authorization_response",
            "error": {
                "name": error.name().as_str(),
                "message": error.to_string(),
                "code": error.code(),
                "requestId": teller.request_id.as_str(),
            },
        }),
    };
    let page = pages::frame_page(&teller.look(state), origin, &message.to_string());
    page_with_script(page.html, &page.script_sha256_base64, "")
}

fn page_with_script(html: String, script_sha256_base64: &str, more: &str) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{script_sha256_base64}'; base-uri 'none'; style-src 'self'{more}"
    );
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    // A hash in base64 is always a valid header value.
    headers.extend(
        HeaderValue::try_from(policy).map(|policy| (header::CONTENT_SECURITY_POLICY, policy)),
    );
    headers.insert(
        HeaderName::from_static("x-frame-options"),
        const { HeaderValue::from_static("sameorigin") },
    );
    response
}

/// Where a redirect flow ends: where it asked for, or with the reason at the app;
/// one that our own page began ends there.
fn target(
    settings: &ServerSettings,
    url: &Url,
    outcome: &Result<SignedIn, SignInError>,
    teller: &Teller,
) -> Url {
    match outcome {
        Ok(_) => url.clone(),
        Err(error) if is_this_page(settings, url) => {
            let mut url = url.clone();
            url.query_pairs_mut()
                .append_pair("error", &error.to_string())
                .append_pair("code", error.code())
                .append_pair("request", teller.request_id.as_str());
            url
        }
        Err(error) => {
            let mut url = settings.app_url.clone();
            url.set_query(None);
            url.query_pairs_mut()
                .append_pair("error", &error.to_string());
            url.set_fragment(None);
            url
        }
    }
}

fn redirect(target: &Url) -> Response {
    // A parsed URL is ASCII without spaces, which a header value may hold.
    let mut response = StatusCode::FOUND.into_response();
    response.headers_mut().extend(
        HeaderValue::from_str(target.as_str()).map(|location| (header::LOCATION, location)),
    );
    response
}

//! `/end_session` (OpenID Connect RP-Initiated Logout 1.0).

mod hint;

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use url::Url;

use super::{login::forged, return_to::see_other};
use crate::{
    DemoClient, Person,
    opaque::Fingerprint,
    pages::{Problem, SignOutPage, SignedOutPage, page},
    parameters::Parameters,
    provider::Provider,
    sign_out::{Hint, SignOut},
    waiting::Refused,
};

pub(super) async fn by_query(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let parameters = Parameters::from_query(query.as_deref())?;
    end_session(&provider, &headers, &parameters).await
}

pub(super) async fn by_form(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let parameters = Parameters::from_form(&headers, &body)?;
    end_session(&provider, &headers, &parameters).await
}

async fn end_session(
    provider: &Provider,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Response, Problem> {
    let sign_out = SignOut::parse(provider, parameters).await?;
    match provider.signed_in(headers) {
        // Anyone can send a browser here, so without a token that was issued
        // to this person they are asked.
        Some((_, person)) if !sign_out.is_about(&person) => ask(provider, sign_out, &person),
        _ => Ok(finish(provider, headers, &sign_out)),
    }
}

pub(super) async fn confirm(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let form = Parameters::from_form(&headers, &body)?;
    let csrf = form
        .get("csrf")?
        .ok_or_else(|| forged(Refused::OtherBrowser))?;
    let cookie = provider
        .cookies
        .form(&Fingerprint::of(csrf).short(), CONFIRM);
    let accepted = provider
        .sign_outs()
        .accept(csrf, cookie.read(&headers), provider.now());
    let mut response = finish(&provider, &headers, &accepted.map_err(forged)?);
    if let Some(removal) = provider.cookies.remove(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, removal);
    }
    Ok(response)
}

const CONFIRM: &str = "/end_session/confirm";

impl SignOut {
    async fn parse(provider: &Provider, parameters: &Parameters) -> Result<Self, Problem> {
        let hint = match parameters.get("id_token_hint")? {
            Some(token) => Some(Hint::verify(provider, token).await.ok_or_else(bad_hint)?),
            None => None,
        };
        let client = client(provider, parameters, hint.as_ref())?;
        let return_to = return_to(parameters, client.as_ref())?;
        Ok(Self { hint, return_to })
    }
}

fn bad_hint() -> Problem {
    Problem::bad_request("This sign-out cannot be carried out")
        .text("The id_token_hint is not an ID token of this provider.")
}

/// The client that asks, from `client_id` or the ID token's audience.
fn client(
    provider: &Provider,
    parameters: &Parameters,
    hint: Option<&Hint>,
) -> Result<Option<DemoClient>, Problem> {
    let named = parameters.get("client_id")?;
    let audience = hint.map(|hint| hint.client_id.as_str());
    if let (Some(named), Some(audience)) = (named, audience)
        && named != audience
    {
        return Err(Problem::bad_request("This sign-out cannot be carried out")
            .text("The id_token_hint was issued to another client than client_id."));
    }
    Ok(named
        .or(audience)
        .and_then(|client_id| provider.client(client_id)))
}

fn return_to(parameters: &Parameters, client: Option<&DemoClient>) -> Result<Option<Url>, Problem> {
    let Some(sent) = parameters.get("post_logout_redirect_uri")? else {
        return Ok(None);
    };
    let registered = client.and_then(|client| {
        client
            .post_logout_redirect_uris
            .iter()
            .find(|uri| uri.as_str() == sent)
    });
    let Some(mut uri) = registered.cloned() else {
        return Err(Problem::bad_request("The way back is not registered")
            .text("The post_logout_redirect_uri must be, letter for letter, one that is registered for the client that id_token_hint or client_id names.")
            .detail("post_logout_redirect_uri", sent));
    };
    if let Some(state) = parameters.get("state")? {
        uri.query_pairs_mut().append_pair("state", state);
    }
    Ok(Some(uri))
}

/// Shows the page that asks before signing out.
fn ask(provider: &Provider, sign_out: SignOut, person: &Person) -> Result<Response, Problem> {
    let (csrf, cookie) = (provider.fresh()?, provider.fresh()?);
    let template = SignOutPage {
        title: &provider.title,
        name: &person.name,
        action: &provider.issuer.endpoint(CONFIRM),
        csrf: csrf.reveal(),
    };
    let destinations: Vec<&Url> = sign_out.return_to.iter().collect();
    let mut response = page(StatusCode::OK, &template, &destinations);
    let name = provider.cookies.form(&csrf.fingerprint().short(), CONFIRM);
    if let Some(value) = provider.cookies.set(&name, cookie.reveal()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    provider
        .sign_outs()
        .show(&csrf, &cookie, sign_out, provider.now());
    Ok(response)
}

/// Ends the browser's session, that of the ID token, and what was granted in
/// either.
fn finish(provider: &Provider, headers: &HeaderMap, sign_out: &SignOut) -> Response {
    let name = provider.cookies.session();
    let closed = name
        .read(headers)
        .and_then(|cookie| provider.sessions().close(cookie, provider.now()));
    let of_browser = closed.map(|session| session.sid);
    let of_hint = sign_out.hint.as_ref().map(|hint| hint.sid.clone());
    for sid in of_browser.into_iter().chain(of_hint) {
        provider.sessions().close_sid(&sid);
        provider.grants().revoke_sid(&sid);
    }
    let mut response = match &sign_out.return_to {
        Some(uri) => see_other(uri),
        None => page(
            StatusCode::OK,
            &SignedOutPage {
                title: &provider.title,
            },
            &[],
        ),
    };
    if let Some(removal) = provider.cookies.remove(&name) {
        response.headers_mut().append(header::SET_COOKIE, removal);
    }
    response
}

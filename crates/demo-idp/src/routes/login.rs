//! `POST /login`: someone pressed a button of the login page.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};

use super::authorize::answer;
use crate::{
    Person,
    authorization::{AuthorizationError, AuthorizationRequest},
    cookies::CookieName,
    opaque::Fingerprint,
    pages::Problem,
    parameters::Parameters,
    provider::Provider,
    sessions::Session,
    waiting::Refused,
};

pub(super) async fn login(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let form = Parameters::from_form(&headers, &body)?;
    let chosen = choice(&provider, &form)?;
    let (request, cookie) = waiting_request(&provider, &headers, &form)?;
    let mut response = match chosen {
        Some(person) => sign_in(&provider, &headers, &request, &person)?,
        None => request
            .return_to
            .with_error(&provider, AuthorizationError::Declined),
    };
    if let Some(removal) = provider.cookies.remove(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, removal);
    }
    Ok(response)
}

/// Who was chosen; none for the button that declines.
fn choice(provider: &Provider, form: &Parameters) -> Result<Option<Person>, Problem> {
    if form.get("deny")?.is_some() {
        return Ok(None);
    }
    let sub = form.require("person")?;
    let person = provider.person(sub);
    person.map(Some).ok_or_else(|| {
        Problem::bad_request("This person is not on the list")
            .text("Go back to the application and start again.")
    })
}

fn waiting_request(
    provider: &Provider,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<(AuthorizationRequest, CookieName), Problem> {
    let csrf = form
        .get("csrf")?
        .ok_or_else(|| forged(Refused::OtherBrowser))?;
    let cookie = provider
        .cookies
        .form(&Fingerprint::of(csrf).short(), "/login");
    let accepted = provider
        .sign_ins()
        .accept(csrf, cookie.read(headers), provider.now());
    accepted.map(|request| (request, cookie)).map_err(forged)
}

/// What a form that was not accepted is told.
pub(super) fn forged(refused: Refused) -> Problem {
    match refused {
        Refused::NotWaiting => Problem::bad_request("This page is no longer good")
            .text("It was used before or left open for too long. Go back to the application and start again."),
        Refused::OtherBrowser => Problem::new(StatusCode::FORBIDDEN, "This page was not opened here")
            .text("The browser did not send the cookie that came with the page. Allow cookies, go back to the application and start again."),
    }
}

fn sign_in(
    provider: &Provider,
    headers: &HeaderMap,
    request: &AuthorizationRequest,
    person: &Person,
) -> Result<Response, Problem> {
    let (cookie, sid) = (provider.fresh()?, provider.fresh()?);
    let name = provider.cookies.session();
    let now = provider.now();
    let session = Session {
        sid: sid.reveal().to_owned(),
        subject: person.sub.clone(),
        auth_time: now,
    };
    let mut sessions = provider.sessions();
    if let Some(earlier) = name.read(headers) {
        sessions.close(earlier, now);
    }
    sessions.open(&cookie, session.clone(), now);
    drop(sessions);
    tracing::debug!(sub = %person.sub, client_id = %request.client_id, "signed in at the demo identity provider");
    let mut response = answer(provider, request, &session);
    if let Some(value) = provider.cookies.set(&name, cookie.reveal()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

//! `GET /authorize`: answers at once, or asks who the person is.

mod request;

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    Person,
    authorization::{AuthorizationError, AuthorizationRequest, Prompt},
    grants::{CodeTerms, Grant},
    pages::{Card, LoginPage, Problem, page},
    parameters::Parameters,
    provider::Provider,
    sessions::Session,
};
use request::Refusal;

pub(super) async fn authorize(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let request = match AuthorizationRequest::parse(&parameters, &provider) {
        Ok(request) => request,
        Err(Refusal::Page(problem)) => return Err(problem),
        Err(Refusal::Back(return_to, error)) => return Ok(return_to.with_error(&provider, error)),
    };
    let signed_in = provider.signed_in(&headers);
    let session = signed_in.as_ref().map(|(session, _)| session);
    let recent = session.filter(|session| is_recent(session, &request, &provider));
    match (request.prompt, recent) {
        (Prompt::IfNeeded | Prompt::Never, Some(session)) => {
            Ok(answer(&provider, &request, session))
        }
        (Prompt::Never, None) => Ok(request
            .return_to
            .with_error(&provider, AuthorizationError::LoginRequired)),
        _ => ask(
            &provider,
            request,
            signed_in.as_ref().map(|(_, person)| person),
        ),
    }
}

fn is_recent(session: &Session, request: &AuthorizationRequest, provider: &Provider) -> bool {
    let age = provider.now().as_second() - session.auth_time.as_second();
    request.max_age.is_none_or(|max_age| age < max_age)
}

/// Sends the browser back with a code for the person of `session`.
pub(super) fn answer(
    provider: &Provider,
    request: &AuthorizationRequest,
    session: &Session,
) -> Response {
    let Ok(code) = provider.fresh() else {
        return request
            .return_to
            .with_error(provider, AuthorizationError::Server);
    };
    let grant = Grant {
        client_id: request.client_id.clone(),
        subject: session.subject.clone(),
        scope: request.scope.clone(),
        nonce: request.nonce.clone(),
        auth_time: session.auth_time,
        sid: session.sid.clone(),
    };
    let redirect_uri = request.return_to.redirect_uri.as_str().to_owned();
    let terms = CodeTerms {
        grant,
        redirect_uri,
        challenge: request.challenge.clone(),
    };
    provider
        .grants()
        .add_code(code.fingerprint(), terms, provider.now());
    request.return_to.with_code(provider, code.reveal())
}

/// Shows the login page.
fn ask(
    provider: &Provider,
    request: AuthorizationRequest,
    current: Option<&Person>,
) -> Result<Response, Problem> {
    let (csrf, cookie) = (provider.fresh()?, provider.fresh()?);
    let action = provider.issuer.endpoint("/login");
    let redirect_uri = request.return_to.redirect_uri.clone();
    let people = provider.people();
    let login = LoginPage {
        title: &provider.title,
        client_id: &request.client_id,
        destination: &redirect_uri.origin().ascii_serialization(),
        action: &action,
        csrf: csrf.reveal(),
        people: cards(&people, current, request.login_hint.as_deref()),
    };
    let mut response = page(StatusCode::OK, &login, &[&redirect_uri]).into_response();
    let name = provider.cookies.form(&csrf.fingerprint().short(), "/login");
    if let Some(value) = provider.cookies.set(&name, cookie.reveal()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    provider
        .sign_ins()
        .show(&csrf, &cookie, request, provider.now());
    Ok(response)
}

fn cards(people: &[Person], current: Option<&Person>, hint: Option<&str>) -> Vec<Card> {
    let card = |(index, person): (usize, &Person)| Card {
        sub: person.sub.clone(),
        name: person.name.clone(),
        email: person.email.clone(),
        note: person.note.clone(),
        initials: person.initials(),
        hue: index % 6,
        current: current.is_some_and(|current| current.sub == person.sub),
        expected: hint.is_some_and(|hint| is_called(person, hint)),
    };
    people.iter().enumerate().map(card).collect()
}

fn is_called(person: &Person, hint: &str) -> bool {
    [&person.sub, &person.email, &person.preferred_username]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(hint))
}

//! Cookies of a response.

use axum::response::{IntoResponseParts, ResponseParts};
use http::{HeaderValue, header};
use jiff::SignedDuration;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use stagedoor_signin::{FlowId, Live, Provider, SignIn, Started, session::SessionCookie};
use url::Url;

use super::{CookieScope, Names, RequestCookies, SessionNames, names::GUARD};

/// What JavaScript's `encodeURIComponent` leaves as it is.
const UNENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// How many headers an answer with cookies has, or a few less.
const USUAL_HEADERS: usize = 20;

/// The `Set-Cookie` headers of one answer.
#[derive(Debug)]
pub(crate) struct ResponseCookies<'a> {
    names: Names<'a>,
    sessions: SessionNames,
    scope: CookieScope,
    session_duration: SignedDuration,
    headers: Vec<HeaderValue>,
}

impl<'a> ResponseCookies<'a> {
    /// Cookies of `provider`; `usual` is `auth.environment`.
    pub(crate) fn new(live: &Live, provider: &'a Provider, app_origin: &str, usual: &str) -> Self {
        let names = Names::of(live, &provider.id);
        // Over http nothing follows from where the app is.
        let is_encrypted = provider.callback_url.scheme() == "https";
        let app = is_encrypted.then(|| Url::parse(app_origin).ok()).flatten();
        Self {
            sessions: names.sessions(&provider.environment, usual),
            names,
            scope: CookieScope::new(&provider.id, &provider.callback_url, app.as_ref()),
            session_duration: provider.session_duration,
            headers: Vec::new(),
        }
    }

    /// Sets the cookie of a flow that begins, and removes those of flows that
    /// are given up for it.
    pub(crate) fn begin_flow(&mut self, started: &Started, request: &RequestCookies) {
        for (flow, name) in request.open_flows(&self.names) {
            if started.abandoned.contains(&flow) {
                self.remove(&name);
            }
        }
        let name = self.names.flow(started.flow);
        self.set(&name, &started.cookie, SignIn::flow_lifetime());
    }

    pub(crate) fn remove_flow(&mut self, flow: FlowId) {
        self.remove(&self.names.flow(flow));
    }

    /// Remembers for a while that this sign-in was refused.
    pub(crate) fn set_refused(&mut self) {
        self.set(&self.names.refused(), "1", SignIn::flow_lifetime());
    }

    pub(crate) fn remove_refused(&mut self, request: &RequestCookies) {
        self.remove_brought(&self.names.refused(), request);
    }

    /// Sets the session cookie. What Backstage may have left under its own name
    /// is removed: pieces would be read first, and a refresh token that was
    /// taken over is no one's any more.
    pub(crate) fn set_session(
        &mut self,
        cookie: &SessionCookie,
        granted_scope: &str,
        request: &RequestCookies,
    ) {
        let names = &self.sessions;
        let [session, of_backstage, scope] =
            [&names.session, &names.of_backstage, &names.granted_scope].map(Clone::clone);
        let is_spare = names.is_spare_in(request);
        self.remove_chunks(&of_backstage, request);
        if is_spare {
            self.remove(&of_backstage);
        }
        self.set(&session, &cookie.expose(), self.session_duration);
        self.set(&scope, granted_scope, self.session_duration);
    }

    pub(crate) fn remove_session(&mut self, request: &RequestCookies) {
        let names = &self.sessions;
        let [session, of_backstage, scope] =
            [&names.session, &names.of_backstage, &names.granted_scope].map(Clone::clone);
        let is_spare = names.is_spare_in(request);
        self.remove_brought(&session, request);
        self.remove_chunks(&of_backstage, request);
        if is_spare {
            self.remove(&of_backstage);
        }
        self.remove_chunks(&scope, request);
        self.remove_brought(&scope, request);
    }

    fn remove_brought(&mut self, name: &str, request: &RequestCookies) {
        if request.get(name).is_some() {
            self.remove(name);
        }
    }

    fn remove_chunks(&mut self, name: &str, request: &RequestCookies) {
        for n in 0..request.chunks(name) {
            self.remove(&format!("{name}-{n}"));
        }
    }

    fn remove(&mut self, name: &str) {
        self.set(name, "", SignedDuration::ZERO);
    }

    fn set(&mut self, name: &str, value: &str, max_age: SignedDuration) {
        let value = utf8_percent_encode(value, UNENCODED);
        let scope = match name.starts_with(GUARD) {
            true => &self.scope.guarded(),
            false => &self.scope,
        };
        let expires = if max_age.is_zero() {
            "; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        } else {
            ""
        };
        let max_age = max_age.as_secs();
        let cookie = format!("{name}={value}; Max-Age={max_age}{expires}; {scope}");
        // Names come from provider ids and values are encoded: this is ASCII.
        self.headers.extend(HeaderValue::try_from(cookie));
    }
}

impl IntoResponseParts for ResponseCookies<'_> {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        // Room for what every answer carries besides, or they are moved as they come.
        parts.headers_mut().reserve(USUAL_HEADERS);
        for header in self.headers {
            parts.headers_mut().append(header::SET_COOKIE, header);
        }
        Ok(parts)
    }
}

//! Cookies of a response.

use std::fmt;

use axum::response::{IntoResponseParts, ResponseParts};
use http::{HeaderValue, header};
use jiff::SignedDuration;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use stagedoor_signin::{FlowId, Provider, SignIn, session::SessionCookie};
use url::Url;

use super::{Names, RequestCookies};

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

/// Where a provider's cookies live, and how they are guarded (contract §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieScope {
    /// `Path`: that of the callback without what follows the provider's id.
    pub path: String,
    /// `Secure`: the callback is https.
    pub secure: bool,
    /// `SameSite=None` in place of `Lax`: the app is on another host.
    pub cross_site: bool,
}

impl CookieScope {
    /// Follows from the callback's address and the origin of the app.
    #[must_use]
    pub fn new(provider_id: &str, callback: &Url, app: Option<&Url>) -> Self {
        let secure = callback.scheme() == "https";
        let same_host = app.is_some_and(|app| app.host_str() == callback.host_str());
        let ending = format!("{provider_id}/handler/frame");
        Self {
            path: match callback.path().strip_suffix(&ending) {
                Some(before) => format!("{before}{provider_id}"),
                None => format!("{}/{provider_id}", callback.path()),
            },
            secure,
            cross_site: secure && !same_host,
        }
    }
}

impl fmt::Display for CookieScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secure = if self.secure { "; Secure" } else { "" };
        let same_site = if self.cross_site { "None" } else { "Lax" };
        write!(
            f,
            "Path={}; HttpOnly{secure}; SameSite={same_site}",
            self.path
        )
    }
}

/// The `Set-Cookie` headers of one answer.
#[derive(Debug)]
pub(crate) struct ResponseCookies<'a> {
    names: Names<'a>,
    scope: CookieScope,
    session_duration: SignedDuration,
    headers: Vec<HeaderValue>,
}

impl<'a> ResponseCookies<'a> {
    pub(crate) fn new(provider: &'a Provider, app_origin: &str) -> Self {
        Self {
            names: Names(&provider.id),
            scope: CookieScope::new(
                &provider.id,
                &provider.callback_url,
                Url::parse(app_origin).ok().as_ref(),
            ),
            session_duration: provider.session_duration,
            headers: Vec::new(),
        }
    }

    pub(crate) fn set_flow(&mut self, flow: FlowId, value: &str) {
        self.set(&self.names.flow(flow), value, SignIn::flow_lifetime());
    }

    pub(crate) fn remove_flow(&mut self, flow: FlowId) {
        self.remove(&self.names.flow(flow));
    }

    /// Remembers for a while that this sign-in was refused.
    pub(crate) fn set_refused(&mut self) {
        self.set(&self.names.refused(), "1", SignIn::flow_lifetime());
    }

    pub(crate) fn remove_refused(&mut self, request: &RequestCookies) {
        let name = self.names.refused();
        if request.get(&name).is_some() {
            self.remove(&name);
        }
    }

    /// Sets the session cookie; the pieces that Backstage may have left under
    /// its name are removed, since they would be read first.
    pub(crate) fn set_session(
        &mut self,
        cookie: &SessionCookie,
        granted_scope: &str,
        request: &RequestCookies,
    ) {
        let name = self.names.session();
        self.remove_chunks(&name, request);
        self.set(&name, &cookie.expose(), self.session_duration);
        self.set(
            &self.names.granted_scope(),
            granted_scope,
            self.session_duration,
        );
    }

    pub(crate) fn remove_session(&mut self, request: &RequestCookies) {
        for name in [self.names.session(), self.names.granted_scope()] {
            self.remove_chunks(&name, request);
            if request.get(&name).is_some() {
                self.remove(&name);
            }
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
        let scope = &self.scope;
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

impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl IntoResponseParts for ResponseCookies<'_> {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        for header in self.headers {
            parts.headers_mut().append(header::SET_COOKIE, header);
        }
        Ok(parts)
    }
}

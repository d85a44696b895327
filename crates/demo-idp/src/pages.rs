//! The pages a person sees.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use stagedoor_ambient::NoEntropy;
use url::Url;

use crate::parameters::BadParameters;

/// The stylesheet, inlined in every page and allowed by its hash.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));

/// The page with a button for each person.
#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage<'p> {
    pub(crate) title: &'p str,
    pub(crate) client_id: &'p str,
    /// Where the answer goes.
    pub(crate) destination: &'p str,
    pub(crate) action: &'p str,
    pub(crate) csrf: &'p str,
    pub(crate) people: Vec<Card>,
}

/// A person on the login page.
pub(crate) struct Card {
    pub(crate) sub: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) note: String,
    pub(crate) initials: String,
    /// Which of the avatar colours, 0 to 5.
    pub(crate) hue: usize,
    /// Whether they are signed in at this browser.
    pub(crate) current: bool,
    /// Whether the relying party expects them.
    pub(crate) expected: bool,
}

/// The page that asks before signing out.
#[derive(Template)]
#[template(path = "sign_out.html")]
pub(crate) struct SignOutPage<'p> {
    pub(crate) title: &'p str,
    pub(crate) name: &'p str,
    pub(crate) action: &'p str,
    pub(crate) csrf: &'p str,
}

/// The page after signing out, when there is nowhere to go back to.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub(crate) struct SignedOutPage<'p> {
    pub(crate) title: &'p str,
}

/// A page that says what is wrong, for the person at the browser.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub(crate) struct Problem {
    title: &'static str,
    status: StatusCode,
    heading: &'static str,
    text: String,
    details: Vec<(&'static str, String)>,
}

impl Problem {
    const MAX_DETAIL: usize = 300;

    pub(crate) fn new(status: StatusCode, heading: &'static str) -> Self {
        let title = "Demo identity provider";
        Self {
            title,
            status,
            heading,
            text: String::new(),
            details: Vec::new(),
        }
    }

    pub(crate) fn bad_request(heading: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, heading)
    }

    /// What to do about it.
    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// A value worth knowing.
    pub(crate) fn detail(mut self, name: &'static str, value: &str) -> Self {
        self.details
            .push((name, value.chars().take(Self::MAX_DETAIL).collect()));
        self
    }
}

impl From<BadParameters> for Problem {
    fn from(bad: BadParameters) -> Self {
        let sentence = format!("The application sent you here with a bad request: {bad}.");
        Self::bad_request("This request cannot be understood").text(sentence)
    }
}

impl From<NoEntropy> for Problem {
    fn from(_: NoEntropy) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong")
            .text("The operating system gave no random bytes. Try again.")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        page(self.status, &self, &[])
    }
}

/// Renders a page whose forms may end up at `destinations` besides here.
pub(crate) fn page(
    status: StatusCode,
    template: &impl Template,
    destinations: &[&Url],
) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(destinations)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// Chromium applies `form-action` to every redirect that follows a form: to
/// the relying party, and from there to its app, which on a developer's
/// machine is another port of a loopback host.
fn content_security_policy(destinations: &[&Url]) -> String {
    let mut form_action = "'self'".to_owned();
    if !destinations.is_empty() {
        form_action.push_str(" http://localhost:* https://localhost:* http://127.0.0.1:*");
    }
    for url in destinations {
        form_action.push(' ');
        form_action.push_str(&url.origin().ascii_serialization());
    }
    let style = &*STYLE_HASH;
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src data:; \
         form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
}

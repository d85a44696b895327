//! What the authorization request to a provider carries.

use jiff::SignedDuration;

use crate::{
    document::Value,
    reading::{Field, Section},
};

/// What every authorization request of a client carries, and how it gets to the
/// provider and back. All of these keys are ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// `responseMode`: how the provider's answer comes back.
    pub response_mode: ResponseMode,
    /// `pushedAuthorizationRequests`: push them (RFC 9126) also where the
    /// provider does not require it.
    pub pushed: bool,
    /// `acrValues`: the ways of authentication preferred, best first.
    pub acr_values: Vec<String>,
    /// `acrEssential`: one of them must have been used. Without it they are a
    /// wish that a provider may ignore.
    pub acr_essential: bool,
    /// `maxAge`: how long ago the user may have authenticated.
    pub max_age: Option<SignedDuration>,
    /// `loginHint`: who is expected to sign in.
    pub login_hint: Option<String>,
    /// `uiLocales`: the languages of the provider's pages, best first.
    pub ui_locales: Vec<String>,
}

/// `responseMode`: how the provider hands its answer to the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ResponseMode {
    /// `query`, the default: in the URL.
    #[default]
    Query,
    /// `form_post`: in a form, so in no history and no log.
    FormPost,
}

impl ResponseMode {
    const NAMES: [(&'static str, Self); 2] =
        [("query", Self::Query), ("form_post", Self::FormPost)];

    /// The name in OAuth 2.0 Multiple Response Types and Form Post Response Mode.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }
}

impl AuthorizationRequest {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let flag = |key| section.get(key).and_then(|field| field.boolean());
        let acr_values = words(section, "acrValues");
        let acr_essential = flag("acrEssential").unwrap_or(false);
        if acr_essential && !section.mentions("acrValues") {
            section.required("acrValues", &["acr"]);
        }
        Self {
            response_mode: section
                .get("responseMode")
                .and_then(|field| field.choice(&ResponseMode::NAMES))
                .unwrap_or_default(),
            pushed: flag("pushedAuthorizationRequests").unwrap_or(false),
            acr_values,
            acr_essential,
            max_age: section.get("maxAge").and_then(|field| max_age(&field)),
            login_hint: section.get("loginHint").and_then(|field| field.string()),
            ui_locales: words(section, "uiLocales"),
        }
    }
}

/// A text of words, or a list of them.
fn words(section: &Section<'_>, key: &str) -> Vec<String> {
    let texts = section.get(key).and_then(|field| field.string_or_strings());
    let texts = texts.unwrap_or_default();
    let words = texts.iter().flat_map(|text| text.split_whitespace());
    words.map(str::to_owned).collect()
}

/// A duration; or a number of seconds, as `max_age` itself is.
fn max_age(field: &Field<'_>) -> Option<SignedDuration> {
    let most = SignedDuration::from_hours(1000 * 24);
    let duration = match field.node.value {
        Value::Number(seconds) => SignedDuration::try_from_secs_f64(seconds).ok(),
        _ => Some(field.duration()?),
    };
    match duration {
        Some(duration) if !duration.is_negative() && duration <= most => Some(duration),
        _ => field.wrong("a duration, or a number of seconds, from 0 to 1000 days"),
    }
}

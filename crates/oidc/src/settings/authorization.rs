//! What every authorization request of a client carries.

use std::time::Duration;

use crate::by_name::by_name;

/// What every authorization request of a client carries (Core §3.1.2.1).
#[derive(Debug, Clone, Default)]
pub struct AuthorizationSettings {
    /// How the provider answers.
    pub response_mode: ResponseMode,
    /// Whether parameters go to the provider directly and only a reference to
    /// them through the browser (RFC 9126), also where the provider does not
    /// require it.
    pub pushed: bool,
    /// `acr_values`: the ways of authentication preferred, best first.
    pub acr_values: Vec<String>,
    /// Whether one of [`Self::acr_values`] must be used, and the ID token must
    /// say so. Without it they are a wish that a provider may ignore, and
    /// nothing is checked (Core §3.1.2.1: `acr_values` is a voluntary claim).
    pub acr_essential: bool,
    /// `max_age`: how long ago the person may have authenticated; whole
    /// seconds. The ID token must say when they did.
    pub max_age: Option<Duration>,
    /// `login_hint`: who is expected to sign in.
    pub login_hint: Option<String>,
    /// `ui_locales`: the languages of the provider's pages, best first (BCP 47).
    pub ui_locales: Vec<String>,
}

/// How the provider hands its answer to the browser (OAuth 2.0 Multiple
/// Response Types §2.1; OAuth 2.0 Form Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ResponseMode {
    /// In the redirect's query: what the code flow does unless told otherwise,
    /// so nothing is sent.
    #[default]
    Query,
    /// By a form that the browser posts: no code in URLs, histories and logs.
    FormPost,
}

impl ResponseMode {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The registered name (`response_mode`).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }
}

/// The name of a response mode that is not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a supported response mode; use query or form_post")]
pub struct UnsupportedResponseMode(String);

by_name!(ResponseMode, UnsupportedResponseMode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_parses_to_itself() {
        for mode in ResponseMode::ALL {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert!("fragment".parse::<ResponseMode>().is_err());
    }
}

//! Where a rule was broken.

use std::fmt;

/// In which answer of the provider a rule was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The discovery document.
    Discovery,
    /// The provider's key set.
    Jwks,
    /// The authorization response, brought by the browser.
    Callback,
    /// The answer to a pushed authorization request.
    PushedResponse,
    /// The token endpoint's answer.
    TokenResponse,
    /// An ID token.
    IdToken,
    /// The userinfo endpoint's answer.
    Userinfo,
    /// A logout token, sent by the provider on its own account.
    LogoutToken,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discovery => "discovery document",
            Self::Jwks => "key set",
            Self::Callback => "authorization response",
            Self::PushedResponse => "pushed authorization response",
            Self::TokenResponse => "token response",
            Self::IdToken => "ID token",
            Self::Userinfo => "userinfo response",
            Self::LogoutToken => "logout token",
        })
    }
}

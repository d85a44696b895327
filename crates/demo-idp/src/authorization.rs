//! Authorization requests and where their answers go.

use stagedoor_ambient::NoEntropy;
use url::Url;

use crate::{
    grants::CodeChallenge,
    parameters::BadParameters,
    scope::{BadScope, Scope},
};

/// An authorization request whose recipient is known and whose parameters
/// make sense (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) return_to: ReturnTo,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<CodeChallenge>,
    pub(crate) prompt: Prompt,
    /// How old a sign-in may be, in seconds.
    pub(crate) max_age: Option<i64>,
    /// Who the relying party thinks will sign in.
    pub(crate) login_hint: Option<String>,
}

/// Whether the person is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Only when nobody is signed in.
    IfNeeded,
    /// Never: `prompt=none`.
    Never,
    /// Always: `login`, `select_account`, `consent`; choosing does for all.
    Always,
}

/// A redirect URI that is registered, and the state to bring back.
#[derive(Debug, Clone)]
pub(crate) struct ReturnTo {
    pub(crate) redirect_uri: Url,
    pub(crate) state: Option<String>,
}

/// An error for the relying party (RFC 6749 §4.1.2.1, OpenID Connect Core
/// §3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthorizationError {
    #[error("{0}")]
    Parameters(#[from] BadParameters),
    #[error("code_challenge_method must be S256 and code_challenge 32 bytes in base64url")]
    CodeChallenge,
    #[error("a client without a secret must send a code_challenge")]
    PublicWithoutPkce,
    #[error("prompt must be none, or some of login, select_account and consent")]
    Prompt,
    #[error("max_age must be a number of seconds")]
    MaxAge,
    #[error("response_mode must be query")]
    ResponseMode,
    #[error("the only response_type is code")]
    ResponseType,
    #[error("the scope must be well formed and contain openid")]
    Scope,
    #[error("request objects are not supported")]
    RequestObject,
    #[error("request objects by reference are not supported")]
    RequestUri,
    #[error("nobody is signed in")]
    LoginRequired,
    #[error("the person declined to sign in")]
    Declined,
    #[error("the demo identity provider could not answer")]
    Server,
}

impl AuthorizationError {
    /// Its name in the specifications.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::ResponseType => "unsupported_response_type",
            Self::Scope => "invalid_scope",
            Self::RequestObject => "request_not_supported",
            Self::RequestUri => "request_uri_not_supported",
            Self::LoginRequired => "login_required",
            Self::Declined => "access_denied",
            Self::Server => "server_error",
            _ => "invalid_request",
        }
    }
}

impl From<NoEntropy> for AuthorizationError {
    fn from(_: NoEntropy) -> Self {
        Self::Server
    }
}

impl From<BadScope> for AuthorizationError {
    fn from(_: BadScope) -> Self {
        Self::Scope
    }
}

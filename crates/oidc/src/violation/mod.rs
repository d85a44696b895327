//! One variant per rule that a provider's answer can break.

mod code;
mod place;

pub use place::Place;

use crate::signing_alg::SigningAlg;

/// A rule that the provider's answer broke, with what was expected and what came.
///
/// Text from outside is shortened and cleaned; secrets (nonces, tokens, codes)
/// are never part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The issuer is another one (Discovery §4.3; Core §3.1.3.7 rule 2; RFC 9207 §2.4).
    #[error("{at}: issuer mismatch, expected '{expected}', got '{got}'")]
    IssuerMismatch {
        /// Where the issuer stood.
        at: Place,
        /// The issuer this client is registered at.
        expected: String,
        /// What the answer says.
        got: String,
    },
    /// The provider promises `iss` in its authorization responses, and it is not there (RFC 9207 §2.4).
    #[error("authorization response: 'iss' is missing though the provider announces it")]
    MissingIss,
    /// The answer is not of the form its specification gives it.
    #[error("{at}: malformed: {detail}")]
    Malformed {
        /// Which answer.
        at: Place,
        /// What is wrong with it.
        detail: String,
    },
    /// A value is longer than any honest one.
    #[error("{at}: '{name}' is longer than {limit} bytes")]
    TooLong {
        /// Which answer.
        at: Place,
        /// Which value.
        name: &'static str,
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// An endpoint that secrets are sent to is not `https`.
    #[error("discovery document: '{name}' must be an https URL, got '{got}'")]
    InsecureEndpoint {
        /// The endpoint's name in the document.
        name: &'static str,
        /// What the document (or the override) says.
        got: String,
    },
    /// A required parameter or member is absent.
    #[error("{at}: '{name}' is missing")]
    MissingParameter {
        /// Which answer.
        at: Place,
        /// Which parameter.
        name: &'static str,
    },
    /// A parameter occurs twice (RFC 6749 §3.1).
    #[error("authorization response: '{name}' occurs more than once")]
    DuplicateParameter {
        /// Which parameter.
        name: &'static str,
    },
    /// The token type is not one this client can use (RFC 6749 §7.1).
    #[error("token response: token type mismatch, expected 'Bearer', got '{got}'")]
    TokenTypeUnsupported {
        /// What the provider sent.
        got: String,
    },
    /// The token response has no ID token (Core §3.1.3.3).
    #[error(
        "token response: 'id_token' is missing; is 'openid' among the scopes the client may ask for?"
    )]
    MissingIdToken,
    /// The token is encrypted (JWE), which this client never asked for.
    #[error("{at}: encrypted tokens are not supported; turn encryption off for this client")]
    EncryptedToken {
        /// Which token.
        at: Place,
    },
    /// The token carries a `crit` header, and no extension is understood (RFC 7515 §4.1.11).
    #[error("{at}: header 'crit' names extensions that are not understood")]
    CriticalHeader {
        /// Which token.
        at: Place,
    },
    /// A token made for another purpose (RFC 8725 §3.11).
    #[error("{at}: token kind mismatch, expected '{expected}', got '{got}'")]
    WrongTokenKind {
        /// Which token.
        at: Place,
        /// The kind that belongs here.
        expected: &'static str,
        /// The header's `typ`.
        got: String,
    },
    /// Signed with another algorithm than the configured one (Core §3.1.3.7 rule 7).
    #[error("{at}: algorithm mismatch, expected '{expected}', got '{got}'")]
    AlgorithmNotAllowed {
        /// Which token.
        at: Place,
        /// The configured algorithm.
        expected: SigningAlg,
        /// The header's `alg`.
        got: String,
    },
    /// The provider publishes no key that fits.
    #[error("{at}: the provider publishes no key for '{}'", kid.as_deref().unwrap_or("a token without 'kid'"))]
    UnknownKey {
        /// Which token.
        at: Place,
        /// The header's `kid`.
        kid: Option<String>,
    },
    /// No fitting key verifies the signature (Core §3.1.3.7 rule 6).
    #[error("{at}: the signature does not verify")]
    SignatureInvalid {
        /// Which token.
        at: Place,
    },
    /// A required claim is absent.
    #[error("{at}: claim '{claim}' is missing")]
    MissingClaim {
        /// Which answer.
        at: Place,
        /// Which claim.
        claim: &'static str,
    },
    /// A claim has the wrong type or form.
    #[error("{at}: claim '{claim}' is malformed")]
    MalformedClaim {
        /// Which answer.
        at: Place,
        /// Which claim.
        claim: &'static str,
    },
    /// The token is for others (Core §3.1.3.7 rule 3).
    #[error("{at}: audience mismatch, expected '{expected}', got '{got}'")]
    AudienceMismatch {
        /// Which token.
        at: Place,
        /// Our client id.
        expected: String,
        /// The audiences, joined by blanks.
        got: String,
    },
    /// The token was issued to another party (Core §3.1.3.7 rules 4 and 5).
    #[error("ID token: authorized party mismatch, expected '{expected}', got '{}'", got.as_deref().unwrap_or("none"))]
    AzpMismatch {
        /// Our client id.
        expected: String,
        /// The token's `azp`.
        got: Option<String>,
    },
    /// The token's time is over (Core §3.1.3.7 rule 9).
    #[error("{at}: expired at {exp}, it is {now} (seconds since 1970)")]
    Expired {
        /// Which token.
        at: Place,
        /// The token's `exp`.
        exp: i64,
        /// Our time.
        now: i64,
    },
    /// The token was issued later than now (Core §3.1.3.7 rule 10).
    #[error("{at}: issued at {iat}, it is only {now} (seconds since 1970): do the clocks agree?")]
    IssuedInFuture {
        /// Which token.
        at: Place,
        /// The token's `iat`.
        iat: i64,
        /// Our time.
        now: i64,
    },
    /// The token's time has not come (RFC 7519 §4.1.5).
    #[error(
        "{at}: not valid before {nbf}, it is only {now} (seconds since 1970): do the clocks agree?"
    )]
    NotYetValid {
        /// Which token.
        at: Place,
        /// The token's `nbf`.
        nbf: i64,
        /// Our time.
        now: i64,
    },
    /// The token has no nonce though one was sent (Core §3.1.3.7 rule 11).
    #[error("ID token: 'nonce' is missing though one was sent")]
    MissingNonce,
    /// The token answers another request (Core §3.1.3.7 rule 11).
    #[error("ID token: 'nonce' is not the one that was sent")]
    NonceMismatch,
    /// The person authenticated too long ago (Core §3.1.3.7 rule 13).
    #[error(
        "ID token: authenticated at {auth_time}, which is more than the {max_age} seconds asked for before {now}"
    )]
    AuthenticationTooOld {
        /// The token's `auth_time`.
        auth_time: i64,
        /// The `max_age` asked for, in seconds.
        max_age: u64,
        /// Our time.
        now: i64,
    },
    /// The person did not authenticate in a way that was essential (Core §5.5.1.1).
    #[error("ID token: 'acr' mismatch, expected one of '{expected}', got '{}'", got.as_deref().unwrap_or("none"))]
    AcrMismatch {
        /// What was asked for, joined by blanks.
        expected: String,
        /// The token's `acr`.
        got: Option<String>,
    },
    /// A refresh gave an ID token from before the sign-in that it continues (Core §12.2).
    #[error("ID token: issued at {iat}, before the sign-in of {sign_in} that it continues")]
    IssuedBeforeSignIn {
        /// The token's `iat`.
        iat: i64,
        /// That of the token before.
        sign_in: i64,
    },
    /// The time of authentication is not that of the sign-in that a refresh
    /// continues (Core §12.2).
    #[error("ID token: 'auth_time' mismatch, expected {expected}, got {got}")]
    AuthTimeMismatch {
        /// That of the sign-in, or now if it lies after.
        expected: i64,
        /// The token's `auth_time`.
        got: i64,
    },
    /// The access token is not the one the ID token was issued with (Core §3.1.3.8).
    #[error("ID token: 'at_hash' does not match the access token")]
    AtHashMismatch,
    /// The answer is about somebody else (Core §5.3.4 and §12.2).
    #[error("{at}: subject mismatch, expected '{expected}', got '{got}'")]
    SubjectMismatch {
        /// Which answer.
        at: Place,
        /// Who signed in.
        expected: String,
        /// Whom the answer is about.
        got: String,
    },
    /// Userinfo came as a JWT, which this client never asked for (Core §5.3.2).
    #[error(
        "userinfo response: it is signed or encrypted, which is not expected; turn that off for this client, or set what it is signed with"
    )]
    SignedUserinfo,
    /// Userinfo came plain, though the client is registered for a JWT (Core §5.3.2).
    #[error(
        "userinfo response: it is not a JWT though a signed one is expected; turn signing on for this client"
    )]
    UnsignedUserinfo,
    /// The token does not say that it ends a session (Back-Channel Logout §2.6 rule 5).
    #[error("logout token: 'events' does not hold the back-channel logout event")]
    NotALogout,
    /// The token tells neither who nor which session is over (Back-Channel Logout §2.6 rule 4).
    #[error("logout token: both 'sub' and 'sid' are missing")]
    NobodyToLogOut,
    /// The token has a nonce, so it may be an ID token (Back-Channel Logout §2.6 rule 6).
    #[error("logout token: 'nonce' is present, which an ID token has but a logout token must not")]
    NonceInLogoutToken,
}

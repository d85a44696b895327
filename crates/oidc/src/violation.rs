//! One variant per rule that a provider's answer can break.

use std::fmt;

use crate::signing_alg::SigningAlg;

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
    /// The token endpoint's answer.
    TokenResponse,
    /// An ID token.
    IdToken,
    /// The userinfo endpoint's answer.
    Userinfo,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discovery => "discovery document",
            Self::Jwks => "key set",
            Self::Callback => "authorization response",
            Self::TokenResponse => "token response",
            Self::IdToken => "ID token",
            Self::Userinfo => "userinfo response",
        })
    }
}

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
    /// The ID token is encrypted (JWE), which this client never asked for.
    #[error(
        "ID token: encrypted tokens are not supported; turn ID token encryption off for this client"
    )]
    EncryptedToken,
    /// The ID token carries a `crit` header, and no extension is understood (RFC 7515 §4.1.11).
    #[error("ID token: header 'crit' names extensions that are not understood")]
    CriticalHeader,
    /// A token made for another purpose (RFC 8725 §3.11).
    #[error("ID token: token kind mismatch, expected 'JWT', got '{got}'")]
    WrongTokenKind {
        /// The header's `typ`.
        got: String,
    },
    /// Signed with another algorithm than the configured one (Core §3.1.3.7 rule 7).
    #[error("ID token: algorithm mismatch, expected '{expected}', got '{got}'")]
    AlgorithmNotAllowed {
        /// The configured algorithm.
        expected: SigningAlg,
        /// The header's `alg`.
        got: String,
    },
    /// The provider publishes no key that fits.
    #[error("ID token: the provider publishes no key for '{}'", kid.as_deref().unwrap_or("a token without 'kid'"))]
    UnknownKey {
        /// The header's `kid`.
        kid: Option<String>,
    },
    /// No fitting key verifies the signature (Core §3.1.3.7 rule 6).
    #[error("ID token: the signature does not verify")]
    SignatureInvalid,
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
    #[error("ID token: audience mismatch, expected '{expected}', got '{got}'")]
    AudienceMismatch {
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
    #[error("ID token: expired at {exp}, it is {now} (seconds since 1970)")]
    Expired {
        /// The token's `exp`.
        exp: i64,
        /// Our time.
        now: i64,
    },
    /// The token was issued later than now (Core §3.1.3.7 rule 10).
    #[error(
        "ID token: issued at {iat}, it is only {now} (seconds since 1970): do the clocks agree?"
    )]
    IssuedInFuture {
        /// The token's `iat`.
        iat: i64,
        /// Our time.
        now: i64,
    },
    /// The token's time has not come (RFC 7519 §4.1.5).
    #[error(
        "ID token: not valid before {nbf}, it is only {now} (seconds since 1970): do the clocks agree?"
    )]
    NotYetValid {
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
        "userinfo response: signed or encrypted userinfo is not supported; turn it off for this client"
    )]
    SignedUserinfo,
}

impl Violation {
    /// A stable reason code for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::IssuerMismatch { at, .. } => match at {
                Place::Discovery => "discovery_issuer_mismatch",
                Place::Callback => "callback_issuer_mismatch",
                _ => "id_token_issuer_mismatch",
            },
            Self::MissingIss => "callback_issuer_missing",
            Self::Malformed { at, .. } => match at {
                Place::Discovery => "discovery_malformed",
                Place::Jwks => "jwks_malformed",
                Place::Callback => "callback_malformed",
                Place::TokenResponse => "token_response_malformed",
                Place::IdToken => "id_token_malformed",
                Place::Userinfo => "userinfo_malformed",
            },
            Self::TooLong { at, .. } => match at {
                Place::Callback => "callback_too_long",
                Place::IdToken => "id_token_too_long",
                _ => "answer_too_long",
            },
            Self::InsecureEndpoint { .. } => "discovery_insecure_endpoint",
            Self::MissingParameter { at, .. } => match at {
                Place::Discovery => "discovery_incomplete",
                Place::Callback => "callback_incomplete",
                _ => "token_response_incomplete",
            },
            Self::DuplicateParameter { .. } => "callback_duplicate_parameter",
            Self::TokenTypeUnsupported { .. } => "token_type_unsupported",
            Self::MissingIdToken => "id_token_missing",
            Self::EncryptedToken => "id_token_encrypted",
            Self::CriticalHeader => "id_token_critical_header",
            Self::WrongTokenKind { .. } => "id_token_wrong_kind",
            Self::AlgorithmNotAllowed { .. } => "id_token_algorithm_not_allowed",
            Self::UnknownKey { .. } => "id_token_unknown_key",
            Self::SignatureInvalid => "id_token_signature_invalid",
            Self::MissingClaim { at, .. } => match at {
                Place::Userinfo => "userinfo_claim_missing",
                _ => "id_token_claim_missing",
            },
            Self::MalformedClaim { at, .. } => match at {
                Place::Userinfo => "userinfo_claim_malformed",
                _ => "id_token_claim_malformed",
            },
            Self::AudienceMismatch { .. } => "id_token_audience_mismatch",
            Self::AzpMismatch { .. } => "id_token_azp_mismatch",
            Self::Expired { .. } => "id_token_expired",
            Self::IssuedInFuture { .. } => "id_token_issued_in_future",
            Self::NotYetValid { .. } => "id_token_not_yet_valid",
            Self::MissingNonce => "id_token_nonce_missing",
            Self::NonceMismatch => "id_token_nonce_mismatch",
            Self::AtHashMismatch => "id_token_at_hash_mismatch",
            Self::SubjectMismatch { at, .. } => match at {
                Place::Userinfo => "userinfo_subject_mismatch",
                _ => "id_token_subject_mismatch",
            },
            Self::SignedUserinfo => "userinfo_signed",
        }
    }
}

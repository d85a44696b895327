//! Who a user token speaks for.

use jiff::Timestamp;
use serde::Deserialize;

use crate::jws::{self, MAX_TOKEN_LENGTH, ReceivedHeader, Unverified};
use crate::{EntityRef, EntityRefError, KeySet, PublicJwk, SigningAlgorithm, token_type};

/// Verifies user tokens and limited user tokens, as Backstage's
/// `UserTokenHandler` does; of user tokens also issuer and audience, which
/// Backstage leaves unchecked.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserTokenVerifier;

/// What a token proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedUser {
    /// The user.
    pub user_entity_ref: EntityRef,
    /// Which kind of token it was.
    pub token_kind: UserTokenKind,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ceases to be valid.
    pub expires_at: Timestamp,
}

/// The two kinds of token that speak for a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserTokenKind {
    /// For the user's requests.
    User,
    /// Only says who the user is; for cookies and `/v1/userinfo`.
    LimitedUser,
}

/// Why a token proves nothing. For the log: the one who sent it learns only
/// that it was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It is longer than [`MAX_TOKEN_LENGTH`].
    #[error("the token has {length} bytes, of {MAX_TOKEN_LENGTH} allowed")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// It is no JWS, or its header or payload are not what they must be.
    #[error("the token's {part} is malformed")]
    Malformed {
        /// Which part.
        part: &'static str,
    },
    /// Its `typ` is not that of a user's token.
    #[error("a token of type {typ:?} does not speak for a user")]
    WrongType {
        /// The type, shortened.
        typ: String,
    },
    /// It demands an extension (`crit`).
    #[error("the token demands an extension that is not supported")]
    CriticalExtension,
    /// No key has its `kid`.
    #[error("no key {kid:?} is known: it expired, or another issuer made the token")]
    UnknownKey {
        /// The key id, shortened.
        kid: String,
    },
    /// Its `alg` is not its key's.
    #[error("the token is signed with {got:?}, its key is for {expected}")]
    WrongAlgorithm {
        /// The key's algorithm.
        expected: SigningAlgorithm,
        /// The token's, shortened.
        got: String,
    },
    /// The signature is not its key's.
    #[error("the token's signature is wrong")]
    WrongSignature,
    /// A claim that must be there is not.
    #[error("the token has no {claim:?} claim")]
    MissingClaim {
        /// Its name.
        claim: &'static str,
    },
    /// It is for someone else, or by someone else.
    #[error("the token's {claim:?} is {got:?}, expected {expected:?}")]
    WrongClaim {
        /// `iss` or `aud`.
        claim: &'static str,
        /// What it should be.
        expected: String,
        /// What it is, shortened.
        got: String,
    },
    /// It was valid once.
    #[error("the token expired at {at}")]
    Expired {
        /// Until then.
        at: Timestamp,
    },
    /// It will be valid.
    #[error("the token is not valid before {at}")]
    NotYetValid {
        /// From then on.
        at: Timestamp,
    },
    /// Its subject is no entity ref.
    #[error("the token's subject is not valid: {0}")]
    Subject(#[from] EntityRefError),
}

impl TokenError {
    /// Whether the token may be good and only its key is not known here yet,
    /// because another node has just made it.
    #[must_use]
    pub fn is_unknown_key(&self) -> bool {
        matches!(self, Self::UnknownKey { .. })
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    iat: Option<NumericDate>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
}

/// RFC 7519 §4.1.3: one audience or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// RFC 7519 §2: seconds since 1970, perhaps with a fraction.
#[derive(Deserialize, Clone, Copy)]
#[serde(untagged)]
enum NumericDate {
    Seconds(i64),
    Fractional(f64),
}

impl UserTokenVerifier {
    /// The user `token` speaks for, when one of `keys` signed it, `issuer`
    /// issued it, and it is valid at `now`.
    ///
    /// # Errors
    /// When it proves nothing.
    pub fn verify(
        token: &str,
        keys: &KeySet,
        issuer: &str,
        now: Timestamp,
    ) -> Result<VerifiedUser, TokenError> {
        if token.len() > MAX_TOKEN_LENGTH {
            let length = token.len();
            return Err(TokenError::TooLong { length });
        }
        let parts = Unverified::parse(token).ok_or(malformed("form"))?;
        let header: ReceivedHeader = jws::decode(parts.header).ok_or(malformed("header"))?;
        let token_kind = check_type(&header)?;
        let key = find_key(&header, keys)?;
        check_algorithm(&header, key)?;
        check_signature(&parts, key)?;
        let claims: Claims = jws::decode(parts.payload).ok_or(malformed("payload"))?;
        let (issued_at, expires_at) = check_times(&claims, now)?;
        // Limited tokens have neither issuer nor audience.
        if token_kind == UserTokenKind::User {
            check_issuer(&claims, issuer)?;
            check_audience(&claims)?;
        }
        let sub = claims.sub.as_deref().ok_or(missing("sub"))?;
        Ok(VerifiedUser {
            user_entity_ref: EntityRef::parse(sub)?,
            token_kind,
            issued_at,
            expires_at,
        })
    }
}

fn check_type(header: &ReceivedHeader) -> Result<UserTokenKind, TokenError> {
    if header.crit.is_some() {
        return Err(TokenError::CriticalExtension);
    }
    match header.typ.as_deref().unwrap_or_default() {
        token_type::USER => Ok(UserTokenKind::User),
        token_type::LIMITED_USER => Ok(UserTokenKind::LimitedUser),
        other => Err(TokenError::WrongType {
            typ: shortened(other),
        }),
    }
}

fn find_key<'a>(header: &ReceivedHeader, keys: &'a KeySet) -> Result<&'a PublicJwk, TokenError> {
    let kid = header.kid.as_deref().unwrap_or_default();
    keys.find(kid).ok_or_else(|| TokenError::UnknownKey {
        kid: shortened(kid),
    })
}

/// The key says how it is used, never the token.
fn check_algorithm(header: &ReceivedHeader, key: &PublicJwk) -> Result<(), TokenError> {
    let expected = key.algorithm();
    if header.alg == expected.name() {
        return Ok(());
    }
    let got = shortened(&header.alg);
    Err(TokenError::WrongAlgorithm { expected, got })
}

fn check_signature(parts: &Unverified<'_>, key: &PublicJwk) -> Result<(), TokenError> {
    let signature = parts.signature_bytes().ok_or(malformed("signature"))?;
    if key.verifies(parts.signing_input.as_bytes(), &signature) {
        Ok(())
    } else {
        Err(TokenError::WrongSignature)
    }
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(Timestamp, Timestamp), TokenError> {
    let issued_at = claims.iat.ok_or(missing("iat"))?.to_timestamp()?;
    let expires_at = claims.exp.ok_or(missing("exp"))?.to_timestamp()?;
    if expires_at <= now {
        return Err(TokenError::Expired { at: expires_at });
    }
    if let Some(not_before) = claims.nbf {
        let at = not_before.to_timestamp()?;
        if at > now {
            return Err(TokenError::NotYetValid { at });
        }
    }
    Ok((issued_at, expires_at))
}

fn check_issuer(claims: &Claims, issuer: &str) -> Result<(), TokenError> {
    let got = claims.iss.as_deref().ok_or(missing("iss"))?;
    if got == issuer {
        return Ok(());
    }
    Err(TokenError::WrongClaim {
        claim: "iss",
        expected: issuer.to_owned(),
        got: shortened(got),
    })
}

fn check_audience(claims: &Claims) -> Result<(), TokenError> {
    let expected = token_type::USER_AUDIENCE;
    let audiences = match claims.aud.as_ref().ok_or(missing("aud"))? {
        Audience::One(audience) => std::slice::from_ref(audience),
        Audience::Several(audiences) => audiences,
    };
    if audiences.iter().any(|audience| audience == expected) {
        return Ok(());
    }
    Err(TokenError::WrongClaim {
        claim: "aud",
        expected: expected.to_owned(),
        got: shortened(&audiences.join(" ")),
    })
}

impl NumericDate {
    fn to_timestamp(self) -> Result<Timestamp, TokenError> {
        let seconds = match self {
            Self::Seconds(seconds) => seconds,
            // Saturates, and what is no number becomes 1970.
            Self::Fractional(seconds) => seconds.floor() as i64,
        };
        Timestamp::from_second(seconds).map_err(|_| malformed("payload"))
    }
}

fn malformed(part: &'static str) -> TokenError {
    TokenError::Malformed { part }
}

fn missing(claim: &'static str) -> TokenError {
    TokenError::MissingClaim { claim }
}

/// Enough of a stranger's text to recognise it in a log.
fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

//! What an ID token must say, one function a rule (Core §3.1.3.7, §12.2).
//!
//! The signature, the algorithm and the form come before: see [`super::Jws`]
//! and [`crate::jwks`].

use aws_lc_rs::digest::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;

use crate::{
    claims::Claims,
    provider_text::shown,
    secrets::{AccessToken, Nonce},
    signing_alg::SigningAlg,
    violation::{Place, Violation},
};

/// The longest subject (Core §2), in bytes.
const MAX_SUBJECT: usize = 255;

/// What a particular ID token is measured against.
pub(crate) struct Expected<'a> {
    /// The provider's issuer, to the letter.
    pub(crate) issuer: &'a str,
    /// Our client id.
    pub(crate) client_id: &'a str,
    /// The configured algorithm, whose hash `at_hash` uses.
    pub(crate) alg: SigningAlg,
    /// Our time.
    pub(crate) now: Timestamp,
    /// How far the provider's clock may differ.
    pub(crate) tolerance: SignedDuration,
    /// The access token that came along.
    pub(crate) access_token: &'a AccessToken,
    /// The nonce that was sent.
    pub(crate) nonce: ExpectedNonce<'a>,
    /// Who signed in before, on refresh.
    pub(crate) subject: Option<&'a str>,
}

/// What the token's nonce is measured against.
pub(crate) enum ExpectedNonce<'a> {
    /// It must be there and be this one: the answer to an authorization request.
    Exactly(&'a Nonce),
    /// It may be absent, but must be this one: the answer to a refresh (Core §12.2).
    IfPresent(&'a Nonce),
    /// A refresh whose sign-in's nonce is not known any more.
    Unknown,
}

/// All rules, in the order of the specification.
pub(crate) fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Violation> {
    issuer_is_the_provider(claims, expected.issuer)?;
    audience_has_the_client(claims, expected.client_id)?;
    authorized_party_is_the_client(claims, expected.client_id)?;
    is_not_expired(claims, expected.now, expected.tolerance)?;
    is_not_issued_in_future(claims, expected.now, expected.tolerance)?;
    is_valid_already(claims, expected.now, expected.tolerance)?;
    nonce_is_the_one_sent(claims, &expected.nonce)?;
    subject_is_well_formed(claims)?;
    subject_is_the_same(claims, expected.subject)?;
    access_token_is_the_one_hashed(claims, expected.access_token, expected.alg)
}

/// Rule 2: `iss` is exactly the issuer discovered.
pub(crate) fn issuer_is_the_provider(claims: &Claims, issuer: &str) -> Result<(), Violation> {
    let got = required_text(claims, "iss")?;
    if got == issuer {
        return Ok(());
    }
    Err(Violation::IssuerMismatch {
        at: Place::IdToken,
        expected: shown(issuer),
        got: shown(got),
    })
}

/// Rule 3: `aud`, one or many, has our client id.
pub(crate) fn audience_has_the_client(claims: &Claims, client_id: &str) -> Result<(), Violation> {
    let audience = audience(claims)?;
    if audience.contains(&client_id) {
        return Ok(());
    }
    Err(Violation::AudienceMismatch {
        expected: shown(client_id),
        got: shown(&audience.join(" ")),
    })
}

/// Rules 4 and 5: if there are other audiences, `azp` is there; and if it is
/// there, it is our client id.
pub(crate) fn authorized_party_is_the_client(
    claims: &Claims,
    client_id: &str,
) -> Result<(), Violation> {
    let others = audience(claims)?.iter().any(|one| *one != client_id);
    let got = optional_text(claims, "azp")?;
    if got == Some(client_id) || (got.is_none() && !others) {
        return Ok(());
    }
    Err(Violation::AzpMismatch {
        expected: shown(client_id),
        got: got.map(shown),
    })
}

/// Rule 9: now is before `exp`.
pub(crate) fn is_not_expired(
    claims: &Claims,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    let exp = required_seconds(claims, "exp")?;
    let now = now.as_second();
    if now < exp.saturating_add(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::Expired { exp, now })
}

/// Rule 10: `iat` is there and not in the future.
pub(crate) fn is_not_issued_in_future(
    claims: &Claims,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    let iat = required_seconds(claims, "iat")?;
    let now = now.as_second();
    if iat <= now.saturating_add(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::IssuedInFuture { iat, now })
}

/// RFC 7519 §4.1.5: `nbf`, if there, is not in the future.
pub(crate) fn is_valid_already(
    claims: &Claims,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    if claims.get("nbf").is_none() {
        return Ok(());
    }
    let nbf = required_seconds(claims, "nbf")?;
    let now = now.as_second();
    if nbf <= now.saturating_add(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::NotYetValid { nbf, now })
}

/// Rule 11, and §12.2 on refresh: `nonce` is the one that was sent.
pub(crate) fn nonce_is_the_one_sent(
    claims: &Claims,
    expected: &ExpectedNonce<'_>,
) -> Result<(), Violation> {
    let got = optional_text(claims, "nonce")?;
    match (expected, got) {
        (ExpectedNonce::Exactly(nonce) | ExpectedNonce::IfPresent(nonce), Some(got)) => {
            nonce.is(got).then_some(()).ok_or(Violation::NonceMismatch)
        }
        (ExpectedNonce::Exactly(_), None) => Err(Violation::MissingNonce),
        (ExpectedNonce::IfPresent(_), None) | (ExpectedNonce::Unknown, _) => Ok(()),
    }
}

/// Core §2: `sub` is there, not empty, and at most 255 characters.
pub(crate) fn subject_is_well_formed(claims: &Claims) -> Result<(), Violation> {
    let subject = required_text(claims, "sub")?;
    if (1..=MAX_SUBJECT).contains(&subject.len()) {
        return Ok(());
    }
    Err(malformed("sub"))
}

/// §12.2: on refresh, the token is about who signed in.
pub(crate) fn subject_is_the_same(
    claims: &Claims,
    expected: Option<&str>,
) -> Result<(), Violation> {
    let got = required_text(claims, "sub")?;
    match expected {
        Some(expected) if expected != got => Err(Violation::SubjectMismatch {
            at: Place::IdToken,
            expected: shown(expected),
            got: shown(got),
        }),
        _ => Ok(()),
    }
}

/// §3.1.3.8: `at_hash`, if there, is the left half of the access token's hash.
pub(crate) fn access_token_is_the_one_hashed(
    claims: &Claims,
    access_token: &AccessToken,
    alg: SigningAlg,
) -> Result<(), Violation> {
    let Some(got) = optional_text(claims, "at_hash")? else {
        return Ok(());
    };
    let hash = digest(alg.digest(), access_token.expose().as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    let expected = URL_SAFE_NO_PAD.encode(left);
    if bool::from(expected.as_bytes().ct_eq(got.as_bytes())) {
        return Ok(());
    }
    Err(Violation::AtHashMismatch)
}

fn audience(claims: &Claims) -> Result<Vec<&str>, Violation> {
    present(claims, "aud")?;
    claims.strings("aud").ok_or_else(|| malformed("aud"))
}

fn required_text<'a>(claims: &'a Claims, claim: &'static str) -> Result<&'a str, Violation> {
    present(claims, claim)?;
    claims.str(claim).ok_or_else(|| malformed(claim))
}

fn optional_text<'a>(
    claims: &'a Claims,
    claim: &'static str,
) -> Result<Option<&'a str>, Violation> {
    match claims.get(claim) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or_else(|| malformed(claim)),
    }
}

fn required_seconds(claims: &Claims, claim: &'static str) -> Result<i64, Violation> {
    present(claims, claim)?;
    claims.seconds(claim).ok_or_else(|| malformed(claim))
}

fn present(claims: &Claims, claim: &'static str) -> Result<(), Violation> {
    let at = Place::IdToken;
    let missing = Violation::MissingClaim { at, claim };
    claims.get(claim).map(drop).ok_or(missing)
}

fn malformed(claim: &'static str) -> Violation {
    let at = Place::IdToken;
    Violation::MalformedClaim { at, claim }
}

#[cfg(test)]
mod tests;

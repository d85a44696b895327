//! What the ID token of a refresh must say of the sign-in that it continues,
//! one function a rule (Core §12.2).

use jiff::{SignedDuration, Timestamp};

use super::VerifiedIdToken;
use crate::{
    claims::Claims,
    jwt::claim::{optional_text, required_seconds, required_text},
    provider_text::shown,
    secrets::Nonce,
    violation::{Place, Violation},
};

const AT: Place = Place::IdToken;

/// What is known of the sign-in that a refresh continues.
#[derive(Debug, Clone, Copy)]
pub enum OriginalSignIn<'a> {
    /// Nothing: the grant was given elsewhere.
    Unknown,
    /// Who signed in, and no more.
    Of(&'a str),
    /// What the provider last said of it: the latest ID token.
    Told(&'a VerifiedIdToken),
}

impl<'a> OriginalSignIn<'a> {
    /// Who signed in, if that is known.
    fn subject(&self) -> Option<&'a str> {
        match self {
            Self::Unknown => None,
            Self::Of(subject) => Some(subject),
            Self::Told(before) => Some(before.subject()),
        }
    }
}

/// All rules, in the order of the specification. That `aud` has our client id
/// and that a present `azp` is it is what every ID token must fulfil.
pub(crate) fn continues(
    claims: &Claims,
    original: OriginalSignIn<'_>,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    if let OriginalSignIn::Told(before) = original {
        let before = before.claims();
        issuer_is_the_same(claims, before)?;
        is_issued_no_earlier(claims, before, tolerance)?;
        authentication_is_no_earlier(claims, before, tolerance)?;
        nonce_is_the_same(claims, before)?;
    }
    authentication_is_not_to_come(claims, now, tolerance)?;
    subject_is_the_same(claims, original.subject())
}

/// `iss` is that of the sign-in: also where a provider speaks for many issuers.
fn issuer_is_the_same(claims: &Claims, before: &Claims) -> Result<(), Violation> {
    let got = required_text(AT, claims, "iss")?;
    let expected = required_text(AT, before, "iss")?;
    if got == expected {
        return Ok(());
    }
    Err(Violation::IssuerMismatch {
        at: AT,
        expected: shown(expected),
        got: shown(got),
    })
}

/// `sub` is that of the sign-in.
fn subject_is_the_same(claims: &Claims, expected: Option<&str>) -> Result<(), Violation> {
    let got = required_text(AT, claims, "sub")?;
    match expected {
        Some(expected) if expected != got => Err(Violation::SubjectMismatch {
            at: AT,
            expected: shown(expected),
            got: shown(got),
        }),
        _ => Ok(()),
    }
}

/// `iat` is the time at which this token was issued, so not before the token
/// that came earlier: an older one is being replayed.
fn is_issued_no_earlier(
    claims: &Claims,
    before: &Claims,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    let iat = required_seconds(AT, claims, "iat")?;
    let earliest = required_seconds(AT, before, "iat")?;
    if iat >= earliest.saturating_sub(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::IssuedBeforeSignIn {
        iat,
        sign_in: earliest,
    })
}

/// `auth_time`, where both have it, is that of the sign-in or later: the person
/// may have proved who they are once more in the same session at the provider,
/// which some providers tell here, but not before they signed in.
fn authentication_is_no_earlier(
    claims: &Claims,
    before: &Claims,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    if claims.get("auth_time").is_none() || before.get("auth_time").is_none() {
        return Ok(());
    }
    let got = required_seconds(AT, claims, "auth_time")?;
    let expected = required_seconds(AT, before, "auth_time")?;
    if got >= expected.saturating_sub(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::AuthTimeMismatch { expected, got })
}

/// Nobody has authenticated in the future.
fn authentication_is_not_to_come(
    claims: &Claims,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    if claims.get("auth_time").is_none() {
        return Ok(());
    }
    let got = required_seconds(AT, claims, "auth_time")?;
    let expected = now.as_second();
    if got <= expected.saturating_add(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::AuthTimeMismatch { expected, got })
}

/// `nonce` may be left out, but if it is there it is that of the sign-in. Where
/// the token that came earlier has none, a provider has left it out once and
/// does not get to choose it now.
fn nonce_is_the_same(claims: &Claims, before: &Claims) -> Result<(), Violation> {
    let Some(got) = optional_text(AT, claims, "nonce")? else {
        return Ok(());
    };
    let expected = before.str("nonce").map(Nonce::new);
    expected
        .is_some_and(|nonce| nonce.is(got))
        .then_some(())
        .ok_or(Violation::NonceMismatch)
}

#[cfg(test)]
mod tests;

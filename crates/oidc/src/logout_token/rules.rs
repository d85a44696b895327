//! What a logout token must say, one function a rule (Back-Channel Logout §2.6,
//! with the claims of §2.4).
//!
//! Encryption, signature and algorithm (rules 1 and 2) and the token's kind
//! come before: see [`crate::jwt`] and [`crate::jwks`]. Whether the token was
//! seen before (rule 7) and which sessions it ends (rule 8) is the caller's to
//! find out.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    claims::Claims,
    issuer::ExpectedIssuer,
    jwt::{
        claim::{optional_text, required_text},
        rules::{
            audience_has_the_client, is_not_expired, is_not_issued_in_future, is_valid_already,
            subject_is_well_formed,
        },
    },
    signing_alg::SigningAlg,
    violation::{Place, Violation},
};

const AT: Place = Place::LogoutToken;
/// The event that a logout token is about (§2.4).
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The longest `sid` or `jti`, in bytes: they are kept and compared.
const MAX_ID: usize = 1024;

/// What a particular logout token is measured against.
pub(crate) struct Expected<'a> {
    /// Who may issue it.
    pub(crate) issuer: ExpectedIssuer<'a>,
    /// Our client id.
    pub(crate) client_id: &'a str,
    /// The algorithm of this client's ID tokens (§2.6 rule 2).
    pub(crate) alg: SigningAlg,
    /// Our time.
    pub(crate) now: Timestamp,
    /// How far the provider's clock may differ.
    pub(crate) tolerance: SignedDuration,
}

/// All rules, in the order of the specification.
pub(super) fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Violation> {
    let Expected { now, tolerance, .. } = *expected;
    expected.issuer.is_of(AT, claims)?;
    audience_has_the_client(AT, claims, expected.client_id)?;
    is_not_issued_in_future(AT, claims, now, tolerance)?;
    is_valid_already(AT, claims, now, tolerance)?;
    is_not_expired(AT, claims, now, tolerance)?;
    tells_who_or_which_session(claims)?;
    is_about_a_logout(claims)?;
    has_no_nonce(claims)?;
    has_an_id(claims)
}

/// Rule 4: `sub` or `sid` or both are there, and well-formed.
fn tells_who_or_which_session(claims: &Claims) -> Result<(), Violation> {
    let session = optional_id(claims, "sid")?;
    if claims.get("sub").is_some() {
        return subject_is_well_formed(AT, claims);
    }
    session.map(drop).ok_or(Violation::NobodyToLogOut)
}

/// Rule 5: `events` is an object that holds the logout event, itself an object.
fn is_about_a_logout(claims: &Claims) -> Result<(), Violation> {
    let event = claims.get("events").and_then(|it| it.get(LOGOUT_EVENT));
    event
        .filter(|event| event.is_object())
        .map(drop)
        .ok_or(Violation::NotALogout)
}

/// Rule 6: `nonce` is not there, whatever its value: so no ID token is taken
/// for a logout token.
fn has_no_nonce(claims: &Claims) -> Result<(), Violation> {
    claims
        .get("nonce")
        .map_or(Ok(()), |_: &Value| Err(Violation::NonceInLogoutToken))
}

/// §2.4: `jti` is there, so that a replay can be noticed.
fn has_an_id(claims: &Claims) -> Result<(), Violation> {
    required_text(AT, claims, "jti")?;
    optional_id(claims, "jti").map(drop)
}

fn optional_id<'a>(claims: &'a Claims, claim: &'static str) -> Result<Option<&'a str>, Violation> {
    let id = optional_text(AT, claims, claim)?;
    if id.is_none_or(|id| (1..=MAX_ID).contains(&id.len())) {
        return Ok(id);
    }
    Err(Violation::MalformedClaim { at: AT, claim })
}

#[cfg(test)]
mod tests;

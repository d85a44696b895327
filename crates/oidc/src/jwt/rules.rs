//! What any JWT of the provider must say to be believed, one function a rule.
//! The numbers are those of Core §3.1.3.7, which other specifications refer to.
//! Rule 2, the issuer, is [`crate::issuer`]'s.

use jiff::{SignedDuration, Timestamp};

use super::claim::{audience, required_seconds, required_text};
use crate::{
    claims::Claims,
    provider_text::shown,
    violation::{Place, Violation},
};

/// The longest subject (Core §2), in bytes.
const MAX_SUBJECT: usize = 255;

/// Rule 3: `aud`, one or many, has our client id.
pub(crate) fn audience_has_the_client(
    at: Place,
    claims: &Claims,
    client_id: &str,
) -> Result<(), Violation> {
    let audience = audience(at, claims)?;
    if audience.contains(&client_id) {
        return Ok(());
    }
    Err(Violation::AudienceMismatch {
        at,
        expected: shown(client_id),
        got: shown(&audience.join(" ")),
    })
}

/// Rule 9: now is before `exp`.
pub(crate) fn is_not_expired(
    at: Place,
    claims: &Claims,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    let exp = required_seconds(at, claims, "exp")?;
    let now = now.as_second();
    if now < exp.saturating_add(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::Expired { at, exp, now })
}

/// Rule 10: `iat` is there and not in the future.
pub(crate) fn is_not_issued_in_future(
    at: Place,
    claims: &Claims,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    let iat = required_seconds(at, claims, "iat")?;
    let now = now.as_second();
    if iat <= now.saturating_add(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::IssuedInFuture { at, iat, now })
}

/// RFC 7519 §4.1.5: `nbf`, if there, is not in the future.
pub(crate) fn is_valid_already(
    at: Place,
    claims: &Claims,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    if claims.get("nbf").is_none() {
        return Ok(());
    }
    let nbf = required_seconds(at, claims, "nbf")?;
    let now = now.as_second();
    if nbf <= now.saturating_add(tolerance.as_secs()) {
        return Ok(());
    }
    Err(Violation::NotYetValid { at, nbf, now })
}

/// Core §2: `sub` is there, not empty, and at most 255 characters.
pub(crate) fn subject_is_well_formed(at: Place, claims: &Claims) -> Result<(), Violation> {
    let subject = required_text(at, claims, "sub")?;
    if (1..=MAX_SUBJECT).contains(&subject.len()) {
        return Ok(());
    }
    Err(Violation::MalformedClaim { at, claim: "sub" })
}

#[cfg(test)]
mod tests;

//! Reading one claim, and saying where it was missing or malformed.

use crate::{
    claims::Claims,
    violation::{Place, Violation},
};

/// `aud`, one or many (RFC 7519 §4.1.3).
pub(crate) fn audience(at: Place, claims: &Claims) -> Result<Vec<&str>, Violation> {
    present(at, claims, "aud")?;
    let claim = "aud";
    claims
        .strings(claim)
        .ok_or(Violation::MalformedClaim { at, claim })
}

/// The text of a claim that must be there.
pub(crate) fn required_text<'a>(
    at: Place,
    claims: &'a Claims,
    claim: &'static str,
) -> Result<&'a str, Violation> {
    present(at, claims, claim)?;
    claims
        .str(claim)
        .ok_or(Violation::MalformedClaim { at, claim })
}

/// The text of a claim that may be there.
pub(crate) fn optional_text<'a>(
    at: Place,
    claims: &'a Claims,
    claim: &'static str,
) -> Result<Option<&'a str>, Violation> {
    match claims.get(claim) {
        None => Ok(None),
        Some(_) => required_text(at, claims, claim).map(Some),
    }
}

/// The seconds since 1970 of a claim that must be there.
pub(crate) fn required_seconds(
    at: Place,
    claims: &Claims,
    claim: &'static str,
) -> Result<i64, Violation> {
    present(at, claims, claim)?;
    claims
        .seconds(claim)
        .ok_or(Violation::MalformedClaim { at, claim })
}

fn present(at: Place, claims: &Claims, claim: &'static str) -> Result<(), Violation> {
    let missing = Violation::MissingClaim { at, claim };
    claims.get(claim).map(drop).ok_or(missing)
}

//! The userinfo endpoint (Core §5.3).

use crate::{
    claims::Claims,
    error::OidcError,
    http::Answer,
    provider_text::shown,
    violation::{Place, Violation},
};

/// The claims of a userinfo answer about `subject`.
pub(crate) fn read_userinfo(answer: &Answer, subject: &str) -> Result<Claims, OidcError> {
    if !answer.is_success() {
        return Err(OidcError::UserinfoRefused {
            status: answer.status,
        });
    }
    is_plain_json(answer)?;
    let claims = Claims::try_from(answer.json()?).map_err(|_| Violation::Malformed {
        at: Place::Userinfo,
        detail: "not a JSON object".to_owned(),
    })?;
    subject_is_the_same(&claims, subject)?;
    Ok(claims)
}

/// Core §5.3.2: a JWT comes only if the client is registered for it.
fn is_plain_json(answer: &Answer) -> Result<(), Violation> {
    if answer.is_of_type("application/jwt") {
        return Err(Violation::SignedUserinfo);
    }
    Ok(())
}

/// Core §5.3.2: `sub` is there and exactly that of the ID token; else nothing
/// of the answer may be used, for it may have been swapped for another's.
fn subject_is_the_same(claims: &Claims, expected: &str) -> Result<(), Violation> {
    let at = Place::Userinfo;
    let claim = "sub";
    let value = claims
        .get(claim)
        .ok_or(Violation::MissingClaim { at, claim })?;
    let got = value
        .as_str()
        .ok_or(Violation::MalformedClaim { at, claim })?;
    if got == expected {
        return Ok(());
    }
    Err(Violation::SubjectMismatch {
        at,
        expected: shown(expected),
        got: shown(got),
    })
}

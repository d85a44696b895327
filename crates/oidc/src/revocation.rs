//! Token revocation (RFC 7009).

use serde_json::Value;

use crate::{error::OidcError, http::Answer, token_endpoint::is_not_an_error};

/// What became of a request to revoke a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The token is revoked, or was not valid any more.
    Done,
    /// The provider has no revocation endpoint.
    NotOffered,
}

/// RFC 7009 §2.2: any success means done, whatever the body; an error is of the
/// token endpoint's form.
pub(crate) fn read_revocation(answer: &Answer) -> Result<Revocation, OidcError> {
    if answer.is_success() {
        return Ok(Revocation::Done);
    }
    let body = answer.json().unwrap_or(Value::Null);
    is_not_an_error(answer, &body)?;
    Ok(Revocation::Done)
}

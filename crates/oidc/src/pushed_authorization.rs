//! Pushed authorization requests (RFC 9126): the parameters go to the provider
//! directly, and only a reference to them through the browser, where nobody
//! can read or change them.

use serde_json::Value;
use url::Url;

use crate::{
    discovery::ProviderMetadata,
    error::OidcError,
    http::Answer,
    settings::ClientSettings,
    violation::{Place, Violation},
};

const AT: Place = Place::PushedResponse;
/// The longest `request_uri`, in bytes: it goes into a URL.
const MAX_REQUEST_URI: usize = 2048;

/// Where to push the request; `None` if it goes through the browser. It is
/// pushed when the provider requires it (RFC 9126 §5) or the settings say so.
///
/// # Errors
/// [`OidcError::Misconfigured`] when it should be pushed and cannot be.
pub(crate) fn pushing_endpoint<'a>(
    metadata: &'a ProviderMetadata,
    settings: &ClientSettings,
) -> Result<Option<&'a Url>, OidcError> {
    if !metadata.require_pushed_authorization_requests && !settings.authorization.pushed {
        return Ok(None);
    }
    let endpoint = metadata.pushed_authorization_request_endpoint.as_ref();
    endpoint.map(Some).ok_or_else(|| {
        let reason = "authorization requests are to be pushed, but the provider has no 'pushed_authorization_request_endpoint'";
        OidcError::misconfigured(reason)
    })
}

/// The reference in a successful answer (RFC 9126 §2.2).
///
/// # Errors
/// [`OidcError::RequestRefused`] for an error response (§2.3), else what is
/// wrong with the answer.
pub(crate) fn read_request_uri(answer: &Answer) -> Result<String, OidcError> {
    let body = answer.json()?;
    is_not_an_error(answer, &body)?;
    Ok(request_uri(&body)?.to_owned())
}

fn is_not_an_error(answer: &Answer, body: &Value) -> Result<(), OidcError> {
    let member = |name: &str| body.get(name).and_then(Value::as_str);
    match member("error") {
        None if answer.is_success() => Ok(()),
        error => Err(OidcError::request_refused(
            error.unwrap_or("unknown_error"),
            member("error_description"),
            answer.status,
        )),
    }
}

fn request_uri(body: &Value) -> Result<&str, Violation> {
    let name = "request_uri";
    let uri = body.get(name).and_then(Value::as_str).unwrap_or_default();
    match uri.len() {
        0 => Err(Violation::MissingParameter { at: AT, name }),
        1..=MAX_REQUEST_URI => Ok(uri),
        _ => Err(Violation::TooLong {
            at: AT,
            name,
            limit: MAX_REQUEST_URI,
        }),
    }
}

//! Which client is calling (RFC 6749 §2.3).

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use crate::{DemoClient, oauth_error::OauthError, parameters::Parameters, provider::Provider};

/// The names of the ways in, for the discovery document.
pub(crate) const METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

struct Credentials {
    client_id: String,
    secret: Option<SecretString>,
}

/// The client that sent this request, once it has shown its secret.
pub(crate) fn authenticate(
    provider: &Provider,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<DemoClient, OauthError> {
    let given = credentials(headers, form)?;
    let client = provider
        .client(&given.client_id)
        .ok_or(OauthError::InvalidClient)?;
    let proven = match (&client.client_secret, &given.secret) {
        (None, None) => true,
        (Some(expected), Some(given)) => same_secret(expected, given),
        _ => false,
    };
    if proven {
        Ok(client)
    } else {
        Err(OauthError::InvalidClient)
    }
}

fn credentials(headers: &HeaderMap, form: &Parameters) -> Result<Credentials, OauthError> {
    let (id, secret) = (form.get("client_id")?, form.get("client_secret")?);
    let Some(authorization) = headers.get(header::AUTHORIZATION) else {
        let client_id = id.ok_or(OauthError::InvalidClient)?.to_owned();
        return Ok(Credentials {
            client_id,
            secret: secret.map(SecretString::from),
        });
    };
    if secret.is_some() {
        return Err(OauthError::TwoAuthentications);
    }
    let basic = authorization.to_str().ok().and_then(basic);
    let basic = basic.ok_or(OauthError::InvalidClient)?;
    match id {
        Some(id) if id != basic.client_id => Err(OauthError::InvalidClient),
        _ => Ok(basic),
    }
}

/// Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1).
fn basic(authorization: &str) -> Option<Credentials> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some(Credentials {
        client_id: form_decode(id)?,
        secret: Some(form_decode(secret)?.into()),
    })
}

fn form_decode(text: &str) -> Option<String> {
    // A bare `&` would end the value; nothing that encodes would write one.
    let pair = format!("v={}", text.replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
}

/// Compares digests, so that the time taken does not tell the length either.
fn same_secret(expected: &SecretString, given: &SecretString) -> bool {
    let digest = |secret: &SecretString| Sha256::digest(secret.expose_secret().as_bytes());
    digest(expected).ct_eq(&digest(given)).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(id: &str, secret: &str) -> String {
        let part =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", part(id), part(secret)))
        )
    }

    proptest! {
        #[test]
        fn basic_reads_what_a_client_writes(id in ".{1,20}", secret in ".{0,40}") {
            let read = basic(&encode(&id, &secret)).unwrap();
            prop_assert_eq!(read.client_id, id);
            let read = read.secret.unwrap();
            prop_assert_eq!(read.expose_secret(), secret);
        }

        #[test]
        fn basic_takes_any_text(text in ".{0,60}") {
            let _ = basic(&text).is_some();
            let _ = basic(&format!("basic {text}")).is_some();
        }
    }
}

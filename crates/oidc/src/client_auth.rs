//! How the client proves itself (Core §9). Each method is one function that
//! adds to a request; further methods fit beside them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::{
    error::OidcError,
    http::FormRequest,
    settings::{ClientAuthMethod, ClientSettings},
};

/// Adds to `request` what the configured method asks for.
///
/// # Errors
/// [`OidcError::Misconfigured`] when the method needs a secret and there is none.
pub(crate) fn authenticate<'a>(
    request: &mut FormRequest<'a>,
    settings: &'a ClientSettings,
) -> Result<(), OidcError> {
    let client_id = ("client_id", settings.client_id.as_str().into());
    match settings.auth_method {
        ClientAuthMethod::ClientSecretBasic => {
            request.authorization = Some(basic(&settings.client_id, secret(settings)?));
        }
        ClientAuthMethod::ClientSecretPost => {
            request.fields.push(client_id);
            let secret = secret(settings)?.into();
            request.fields.push(("client_secret", secret));
        }
        ClientAuthMethod::None => request.fields.push(client_id),
    }
    Ok(())
}

fn secret(settings: &ClientSettings) -> Result<&str, OidcError> {
    let secret = settings.client_secret.as_ref();
    let secret = secret.ok_or_else(|| OidcError::Misconfigured {
        reason: format!("{} needs a client secret", settings.auth_method),
    })?;
    Ok(secret.expose_secret())
}

/// RFC 6749 §2.3.1: id and secret are form-encoded first, then joined.
fn basic(client_id: &str, secret: &str) -> Zeroizing<String> {
    let id = form_encoded(client_id);
    let secret = form_encoded(secret);
    let pair = Zeroizing::new(format!("{}:{}", id.as_str(), secret.as_str()));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

/// RFC 6749 appendix B. Of the marks, `!'()*~` stay as they are, as browsers'
/// `encodeURIComponent` leaves them: every decoder reads both forms, and
/// providers that wrongly do not decode still know secrets that hold them.
fn form_encoded(text: &str) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(text.len() * 3));
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => {
                encoded.push('%');
                encoded.push(hex(byte >> 4));
                encoded.push(hex(byte & 0x0f));
            }
        }
    }
    encoded
}

fn hex(nibble: u8) -> char {
    char::from(match nibble {
        0..=9 => b'0' + nibble,
        _ => b'A' + nibble - 10,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn basic_credentials_are_form_encoded_first() {
        let header = basic("a:b", "p%s ~ü&");
        let decoded = STANDARD
            .decode(header.strip_prefix("Basic ").unwrap())
            .unwrap();
        assert_eq!(decoded, b"a%3Ab:p%25s+~%C3%BC%26");
    }

    proptest! {
        #[test]
        fn a_form_decoder_reads_back_what_was_encoded(text in ".{0,40}") {
            let encoded = form_encoded(&text);
            let pairs = url::form_urlencoded::parse(encoded.as_bytes());
            let decoded: String = pairs.map(|(name, _)| name.into_owned()).collect();
            prop_assert_eq!(decoded, text);
        }
    }
}

//! JWS compact serialization (RFC 7515 §7.1), the one place where tokens are
//! put together and taken apart.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::signing_key::{SigningFailed, SigningKey};

/// The longest token that is issued or looked at, in bytes (Backstage's
/// `MAX_TOKEN_LENGTH`).
pub const MAX_TOKEN_LENGTH: usize = 32_768;

/// A protected header, its members in Backstage's order.
#[derive(Serialize)]
pub(crate) struct IssuedHeader<'a> {
    pub(crate) typ: &'a str,
    pub(crate) alg: &'a str,
    pub(crate) kid: &'a str,
}

/// What a verifier reads of a protected header.
#[derive(Deserialize)]
pub(crate) struct ReceivedHeader {
    pub(crate) typ: Option<String>,
    pub(crate) alg: String,
    pub(crate) kid: Option<String>,
    /// Extensions that must be understood: none are (RFC 7515 §4.1.11).
    pub(crate) crit: Option<serde::de::IgnoredAny>,
}

/// A token taken apart, nothing of it verified.
pub(crate) struct Unverified<'a> {
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
    pub(crate) signature: &'a str,
    pub(crate) signing_input: &'a str,
}

/// `value` as compact JSON in base64url.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<String, SigningFailed> {
    let json = serde_json::to_vec(value).map_err(|_| SigningFailed)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// The JSON in `part`. Base64 that is not in its one canonical form is refused.
pub(crate) fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// `header.payload.signature` with `key`.
pub(crate) fn sign<T: Serialize>(
    key: &SigningKey,
    typ: &str,
    payload: &T,
) -> Result<String, SigningFailed> {
    let mut token = signing_input(key, typ, payload)?;
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// Only the signature of the token that [`sign`] makes.
pub(crate) fn detached_signature<T: Serialize>(
    key: &SigningKey,
    typ: &str,
    payload: &T,
) -> Result<String, SigningFailed> {
    let signature = key.sign(signing_input(key, typ, payload)?.as_bytes())?;
    Ok(URL_SAFE_NO_PAD.encode(signature))
}

fn signing_input<T: Serialize>(
    key: &SigningKey,
    typ: &str,
    payload: &T,
) -> Result<String, SigningFailed> {
    let alg = key.algorithm().name();
    let kid = key.kid();
    let header = encode(&IssuedHeader { typ, alg, kid })?;
    Ok(format!("{header}.{}", encode(payload)?))
}

impl<'a> Unverified<'a> {
    pub(crate) fn parse(token: &'a str) -> Option<Self> {
        let (signing_input, signature) = token.rsplit_once('.')?;
        let (header, payload) = signing_input.split_once('.')?;
        (!payload.contains('.')).then_some(Self {
            header,
            payload,
            signature,
            signing_input,
        })
    }

    pub(crate) fn signature_bytes(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.signature).ok()
    }
}

//! One published key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use super::rules::{is_for_signatures, is_public, rsa_exponent_fits, rsa_modulus_fits};
use crate::signing_alg::{KeyKind, SigningAlg};

/// A public key that may verify signatures.
#[derive(Debug)]
pub(crate) struct VerificationKey {
    pub(super) kid: Option<String>,
    pub(super) alg: Option<String>,
    pub(super) kind: KeyKind,
    key: DecodingKey,
}

impl VerificationKey {
    /// Reads a JWK; `None` for a key that is of no use to us, which a key set
    /// may well hold (RFC 7517 §5: ignore what is not understood).
    pub(super) fn read(jwk: &Value) -> Option<Self> {
        let jwk = jwk.as_object()?;
        if !is_public(jwk) || !is_for_signatures(jwk) {
            return None;
        }
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let (kind, key) = match (text("kty")?, text("crv")) {
            ("RSA", _) => (KeyKind::Rsa, rsa(jwk)?),
            ("EC", Some("P-256")) => (KeyKind::P256, elliptic(jwk, 32)?),
            ("EC", Some("P-384")) => (KeyKind::P384, elliptic(jwk, 48)?),
            ("OKP", Some("Ed25519")) => (KeyKind::Ed25519, ed25519(jwk)?),
            _ => return None,
        };
        Some(Self {
            kid: text("kid").map(str::to_owned),
            alg: text("alg").map(str::to_owned),
            kind,
            key,
        })
    }

    /// Whether this key made `signature` (base64url) of `message`.
    pub(crate) fn verifies(&self, signature: &str, message: &[u8], alg: SigningAlg) -> bool {
        self.kind == alg.key_kind()
            && jsonwebtoken::crypto::verify(signature, message, &self.key, alg.jws())
                .unwrap_or(false)
    }
}

/// RFC 7518 §6.3.1.
fn rsa(jwk: &Map<String, Value>) -> Option<DecodingKey> {
    let modulus = bytes(jwk, "n")?;
    let exponent = bytes(jwk, "e")?;
    let modulus = without_leading_zeros(&modulus);
    let exponent = without_leading_zeros(&exponent);
    (rsa_modulus_fits(modulus) && rsa_exponent_fits(exponent))
        .then(|| DecodingKey::from_rsa_raw_components(modulus, exponent))
}

/// RFC 7518 §6.2.1: both coordinates have the curve's full length.
fn elliptic(jwk: &Map<String, Value>, length: usize) -> Option<DecodingKey> {
    let x = bytes(jwk, "x")?;
    let y = bytes(jwk, "y")?;
    if x.len() != length || y.len() != length {
        return None;
    }
    let point = [&[0x04], x.as_slice(), &y].concat(); // uncompressed, SEC 1 §2.3.3
    Some(DecodingKey::from_ec_der(&point))
}

/// RFC 8037 §2.
fn ed25519(jwk: &Map<String, Value>) -> Option<DecodingKey> {
    let point = bytes(jwk, "x")?;
    (point.len() == 32).then(|| DecodingKey::from_ed_der(&point))
}

fn bytes(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    let text = jwk.get(name)?.as_str()?;
    // Some providers pad, though RFC 7515 §2 says not to.
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

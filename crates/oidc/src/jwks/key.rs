//! One published key.

use std::sync::OnceLock;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    EcdsaVerificationAlgorithm, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::rules::{is_for_signatures, is_public, rsa_exponent_fits, rsa_modulus_fits};
use crate::signing_alg::{KeyKind, Scheme, SigningAlg};

/// A public key that may verify signatures.
#[derive(Debug)]
pub(crate) struct VerificationKey {
    pub(super) kid: Option<String>,
    pub(super) alg: Option<String>,
    pub(super) kind: KeyKind,
    issuer: Option<String>,
    material: Material,
}

/// The key itself.
#[derive(Debug)]
enum Material {
    Rsa(RsaKey),
    Other(ParsedPublicKey),
}

/// It serves several algorithms, and is parsed for each. Nearly always one alone
/// is used: for that it is parsed once.
#[derive(Debug)]
struct RsaKey {
    components: RsaPublicKeyComponents<Vec<u8>>,
    parsed: OnceLock<Option<(SigningAlg, ParsedPublicKey)>>,
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
        let (kind, material) = match (text("kty")?, text("crv")) {
            ("RSA", _) => (KeyKind::Rsa, rsa(jwk)?),
            ("EC", Some("P-256")) => (KeyKind::P256, point(jwk, 32, &ECDSA_P256_SHA256_FIXED)?),
            ("EC", Some("P-384")) => (KeyKind::P384, point(jwk, 48, &ECDSA_P384_SHA384_FIXED)?),
            ("EC", Some("P-521")) => (KeyKind::P521, point(jwk, 66, &ECDSA_P521_SHA512_FIXED)?),
            ("OKP", Some("Ed25519")) => (KeyKind::Ed25519, ed25519(jwk)?),
            _ => return None,
        };
        Some(Self {
            kid: text("kid").map(str::to_owned),
            alg: text("alg").map(str::to_owned),
            kind,
            issuer: text("issuer").map(str::to_owned),
            material,
        })
    }

    /// Whose tokens it signs, where the provider says so (no standard, but
    /// Microsoft Entra ID's way to keep tenants apart).
    pub(super) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether this key made `signature` of `message`.
    pub(crate) fn verifies(&self, signature: &[u8], message: &[u8], alg: SigningAlg) -> bool {
        self.kind == alg.key_kind()
            && match (&self.material, alg.scheme()) {
                (Material::Rsa(key), Scheme::Rsa { verify, .. }) => {
                    key.verifies(signature, message, alg, verify)
                }
                (Material::Other(key), Scheme::Ecdsa { .. } | Scheme::Ed25519) => {
                    key.verify_sig(message, signature).is_ok()
                }
                _ => false,
            }
    }
}

impl RsaKey {
    fn verifies(
        &self,
        signature: &[u8],
        message: &[u8],
        alg: SigningAlg,
        parameters: &'static RsaParameters,
    ) -> bool {
        let parsed = self.parsed.get_or_init(|| {
            let parsed = self.components.to_parsed_public_key(parameters).ok()?;
            Some((alg, parsed))
        });
        match parsed {
            Some((of, key)) if *of == alg => key.verify_sig(message, signature).is_ok(),
            _ => {
                let verified = self.components.verify(parameters, message, signature);
                verified.is_ok()
            }
        }
    }
}

/// RFC 7518 §6.3.1.
fn rsa(jwk: &Map<String, Value>) -> Option<Material> {
    let modulus = bytes(jwk, "n")?;
    let exponent = bytes(jwk, "e")?;
    let n = without_leading_zeros(&modulus);
    let e = without_leading_zeros(&exponent);
    (rsa_modulus_fits(n) && rsa_exponent_fits(e)).then(|| {
        Material::Rsa(RsaKey {
            components: RsaPublicKeyComponents {
                n: n.to_vec(),
                e: e.to_vec(),
            },
            parsed: OnceLock::new(),
        })
    })
}

/// RFC 7518 §6.2.1: both coordinates have the curve's full length, and the
/// point they make is on the curve.
fn point(
    jwk: &Map<String, Value>,
    length: usize,
    curve: &'static EcdsaVerificationAlgorithm,
) -> Option<Material> {
    let x = bytes(jwk, "x")?;
    let y = bytes(jwk, "y")?;
    if x.len() != length || y.len() != length {
        return None;
    }
    let point = [&[0x04], x.as_slice(), &y].concat(); // uncompressed, SEC 1 §2.3.3
    ParsedPublicKey::new(curve, point).ok().map(Material::Other)
}

/// RFC 8037 §2.
fn ed25519(jwk: &Map<String, Value>) -> Option<Material> {
    let point = bytes(jwk, "x").filter(|point| point.len() == 32)?;
    ParsedPublicKey::new(&ED25519, point)
        .ok()
        .map(Material::Other)
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

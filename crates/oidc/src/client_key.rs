//! The client's own private key, with which it proves who it is.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

use crate::signing_alg::{KeyKind, Scheme, SigningAlg};

/// The client's own private key, whose public half is registered at the
/// provider (`private_key_jwt`, Core §9). Cheap to clone; never shown.
#[derive(Clone)]
pub struct ClientKey(Arc<Inner>);

struct Inner {
    key_id: Option<String>,
    /// The SHA-256 of the certificate that came with the key.
    certificate: Option<String>,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair, KeyKind),
    Ed25519(Ed25519KeyPair),
}

/// A PEM text holds no private key that can sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientKeyError {
    /// No private key is in it.
    #[error("no PEM private key was found; it begins with '-----BEGIN PRIVATE KEY-----'")]
    NotFound,
    /// The private key is encrypted.
    #[error("the private key is encrypted; decrypt it first: openssl pkey -in KEY -out PLAIN")]
    Encrypted,
    /// The private key is damaged, or of a type that does not sign.
    #[error(
        "the private key cannot be used: it must be RSA (2048 to 8192 bits), EC (P-256, P-384, P-521) or Ed25519"
    )]
    Unsupported,
}

impl ClientKey {
    /// The private key in `pem`: PKCS#8, PKCS#1 or SEC 1. Providers that know
    /// several keys of a client find the right one by `key_id`. If a certificate
    /// stands beside the key, its thumbprint is named too (RFC 7515 §4.1.8), as
    /// Microsoft Entra ID wants it.
    ///
    /// # Errors
    /// When no usable private key is in it.
    pub fn from_pem(pem: &str, key_id: Option<String>) -> Result<Self, ClientKeyError> {
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
            if pem.contains("ENCRYPTED") {
                ClientKeyError::Encrypted
            } else {
                ClientKeyError::NotFound
            }
        })?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok();
        Ok(Self(Arc::new(Inner {
            key_id,
            certificate: certificate.map(|it| URL_SAFE_NO_PAD.encode(digest(&SHA256, &it))),
            pair: Pair::of(&key).ok_or(ClientKeyError::Unsupported)?,
        })))
    }

    /// The key's id, if it was given one.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.0.key_id.as_deref()
    }

    /// The thumbprint of the certificate beside the key (`x5t#S256`).
    pub(crate) fn certificate_thumbprint(&self) -> Option<&str> {
        self.0.certificate.as_deref()
    }

    /// Whether the key can sign with `alg`.
    #[must_use]
    pub fn signs_with(&self, alg: SigningAlg) -> bool {
        self.0.pair.kind() == alg.key_kind()
    }

    /// What the key signs with unless told otherwise.
    pub(crate) fn usual_alg(&self) -> SigningAlg {
        match self.0.pair.kind() {
            KeyKind::Rsa => SigningAlg::RS256,
            KeyKind::P256 => SigningAlg::ES256,
            KeyKind::P384 => SigningAlg::ES384,
            KeyKind::P521 => SigningAlg::ES512,
            KeyKind::Ed25519 => SigningAlg::EdDSA,
        }
    }

    /// The JWS signature of `message` (RFC 7518 §3); `None` if the key does not
    /// go with `alg`.
    pub(crate) fn sign(&self, alg: SigningAlg, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match (&self.0.pair, alg.scheme()) {
            (Pair::Rsa(pair), Scheme::Rsa { sign, .. }) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(sign, &random, message, &mut signature);
                signed.ok().map(|()| signature)
            }
            (Pair::Ecdsa(pair, _), Scheme::Ecdsa { sign }) if pair.algorithm() == sign => {
                Some(pair.sign(&random, message).ok()?.as_ref().to_vec())
            }
            (Pair::Ed25519(pair), Scheme::Ed25519) => {
                Some(pair.try_sign(message).ok()?.as_ref().to_vec())
            }
            _ => None,
        }
    }
}

impl Pair {
    fn of(key: &PrivateKeyDer<'_>) -> Option<Self> {
        match key {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der())
                .ok()
                .map(Self::Rsa),
            PrivateKeyDer::Sec1(der) => Self::elliptic(der.secret_sec1_der()),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                let rsa = RsaKeyPair::from_pkcs8(der).ok().map(Self::Rsa);
                rsa.or_else(|| Self::elliptic(der)).or_else(|| {
                    let pair = Ed25519KeyPair::from_pkcs8(der).ok();
                    pair.map(Self::Ed25519)
                })
            }
            _ => None,
        }
    }

    /// A key on whichever curve it is.
    fn elliptic(der: &[u8]) -> Option<Self> {
        [SigningAlg::ES256, SigningAlg::ES384, SigningAlg::ES512]
            .into_iter()
            .find_map(|alg| {
                let Scheme::Ecdsa { sign } = alg.scheme() else {
                    return None;
                };
                let pair = EcdsaKeyPair::from_private_key_der(sign, der).ok();
                pair.map(|pair| Self::Ecdsa(pair, alg.key_kind()))
            })
    }

    fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa(_) => KeyKind::Rsa,
            Self::Ecdsa(_, kind) => *kind,
            Self::Ed25519(_) => KeyKind::Ed25519,
        }
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientKey")
            .field("key_id", &self.0.key_id)
            .field("alg", &self.usual_alg())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

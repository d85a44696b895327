//! The private half of a signing key.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use aws_lc_rs::signature::{ParsedPublicKey, VerificationAlgorithm};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer, pem::PemObject};
use serde_json::{Value, json};
use stagedoor_ambient::{Entropy, NoEntropy, random_bytes};
use zeroize::Zeroizing;

use crate::algorithm::{Scheme, SigningAlgorithm};
use crate::public_jwk::{JwkError, PublicJwk};

/// A private key that signs Backstage tokens. `Debug` doesn't show it, and it
/// can't be serialized: only its [public half](SigningKey::public_jwk) leaves
/// the process.
pub struct SigningKey {
    pair: KeyPair,
    public: PublicJwk,
}

enum KeyPair {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No randomness for the key's id.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The key could not be made.
    #[error("no {algorithm} key could be generated")]
    Generate {
        /// For this algorithm.
        algorithm: SigningAlgorithm,
    },
    /// The private key is not PEM with `BEGIN PRIVATE KEY`.
    #[error(
        "the private key is not a PKCS#8 PEM file: it must begin with '-----BEGIN PRIVATE KEY-----' \
         (openssl pkcs8 -topk8 -nocrypt converts other forms)"
    )]
    PrivatePem,
    /// The public key is not PEM with `BEGIN PUBLIC KEY`.
    #[error(
        "the public key is not an SPKI PEM file: it must begin with '-----BEGIN PUBLIC KEY-----' \
         (openssl pkey -pubout makes it of a private key)"
    )]
    PublicPem,
    /// The private key is of another type or size than the algorithm needs.
    #[error("the private key is not usable for {algorithm}")]
    Unfit {
        /// The algorithm.
        algorithm: SigningAlgorithm,
    },
    /// The two files are not of one key.
    #[error("the public key does not belong to the private key")]
    Mismatch,
    /// The key's id or public half is not acceptable.
    #[error(transparent)]
    Jwk(#[from] JwkError),
}

/// The private key failed to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing key failed to sign")]
pub struct SigningFailed;

impl SigningKey {
    /// A fresh key with a random id (a version 4 UUID).
    ///
    /// # Errors
    /// When the operating system has no randomness, or no such key can be made.
    pub fn generate(algorithm: SigningAlgorithm, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        let pair = KeyPair::generate(algorithm).ok_or(KeyError::Generate { algorithm })?;
        let kid = uuid::Builder::from_random_bytes(random_bytes(entropy)?).into_uuid();
        let public = PublicJwk::from_json(pair.public_json(&kid.to_string(), algorithm))?;
        Ok(Self { pair, public })
    }

    /// A key of the static key store (`auth.keyStore.static.keys[]`): two PEM
    /// files, PKCS#8 and SPKI.
    ///
    /// # Errors
    /// When a file is in another form, when they are not of one key, or when
    /// the key does not work with `algorithm`.
    pub fn from_pem(
        private_pkcs8_pem: &str,
        public_spki_pem: &str,
        kid: &str,
        algorithm: SigningAlgorithm,
    ) -> Result<Self, KeyError> {
        let private = PrivatePkcs8KeyDer::from_pem_slice(private_pkcs8_pem.as_bytes())
            .map_err(|_| KeyError::PrivatePem)?;
        let private = Zeroizing::new(private.secret_pkcs8_der().to_vec());
        let spki = SubjectPublicKeyInfoDer::from_pem_slice(public_spki_pem.as_bytes())
            .map_err(|_| KeyError::PublicPem)?;
        let pair = KeyPair::from_pkcs8(&private, algorithm).ok_or(KeyError::Unfit { algorithm })?;
        let public = PublicJwk::from_json(pair.public_json(kid, algorithm))?;
        let key = Self { pair, public };
        key.check_belongs_to(spki.as_ref())?;
        Ok(key)
    }

    /// The key's id.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The algorithm it signs with.
    #[must_use]
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.public.algorithm()
    }

    /// The public half, with the members that `jose`'s `exportJWK` gives,
    /// `kid` and `alg`.
    #[must_use]
    pub fn public_jwk(&self) -> PublicJwk {
        self.public.clone()
    }

    /// The JWS signature of `message` (RFC 7518 §3).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let random = SystemRandom::new();
        match (&self.pair, self.algorithm().scheme()) {
            (KeyPair::Ecdsa(pair), _) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec()),
            (KeyPair::Rsa(pair), Scheme::Rsa { sign, .. }) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(sign, &random, message, &mut signature)
                    .map(|()| signature)
            }
            (KeyPair::Rsa(_), _) => return Err(SigningFailed),
            (KeyPair::Ed25519(pair), _) => pair
                .try_sign(message)
                .map(|signature| signature.as_ref().to_vec()),
        }
        .map_err(|_| SigningFailed)
    }

    /// Signs something and verifies it with the other key: comparing the files
    /// would refuse other encodings of the same key.
    fn check_belongs_to(&self, spki_der: &[u8]) -> Result<(), KeyError> {
        let algorithm = self.algorithm();
        let verify: &'static dyn VerificationAlgorithm = match algorithm.scheme() {
            Scheme::Ecdsa { verify, .. } => verify,
            Scheme::Rsa { verify, .. } => verify,
            Scheme::Ed25519 => &aws_lc_rs::signature::ED25519,
        };
        let probe = b"one key pair";
        let unfit = |_| KeyError::Unfit { algorithm };
        let signature = self.sign(probe).map_err(unfit)?;
        if !self.public.verifies(probe, &signature) {
            // For example an RSA key of fewer than 2,048 bits.
            return Err(KeyError::Unfit { algorithm });
        }
        ParsedPublicKey::new(verify, spki_der)
            .map_err(|_| KeyError::Mismatch)?
            .verify_sig(probe, &signature)
            .map_err(|_| KeyError::Mismatch)
    }
}

impl KeyPair {
    fn generate(algorithm: SigningAlgorithm) -> Option<Self> {
        match algorithm.scheme() {
            Scheme::Ecdsa { sign, .. } => EcdsaKeyPair::generate(sign).map(Self::Ecdsa),
            Scheme::Rsa { .. } => RsaKeyPair::generate(KeySize::Rsa2048).map(Self::Rsa),
            Scheme::Ed25519 => Ed25519KeyPair::generate().map(Self::Ed25519),
        }
        .ok()
    }

    fn from_pkcs8(der: &[u8], algorithm: SigningAlgorithm) -> Option<Self> {
        match algorithm.scheme() {
            Scheme::Ecdsa { sign, .. } => EcdsaKeyPair::from_pkcs8(sign, der).map(Self::Ecdsa),
            Scheme::Rsa { .. } => RsaKeyPair::from_pkcs8(der).map(Self::Rsa),
            Scheme::Ed25519 => Ed25519KeyPair::from_pkcs8(der).map(Self::Ed25519),
        }
        .ok()
    }

    /// The members in the order of `jose`'s `exportJWK`, then `kid` and `alg`.
    fn public_json(&self, kid: &str, algorithm: SigningAlgorithm) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let alg = algorithm.name();
        match (self, algorithm.scheme()) {
            (Self::Rsa(pair), _) => {
                let public = pair.public_key();
                let n = encode(public.modulus().big_endian_without_leading_zero());
                let e = encode(public.exponent().big_endian_without_leading_zero());
                json!({"kty": "RSA", "n": n, "e": e, "kid": kid, "alg": alg})
            }
            (Self::Ed25519(pair), _) => {
                let x = encode(pair.public_key().as_ref());
                json!({"crv": "Ed25519", "x": x, "kty": "OKP", "kid": kid, "alg": alg})
            }
            (Self::Ecdsa(pair), Scheme::Ecdsa { curve, .. }) => {
                // An uncompressed point: 4, x, y.
                let coordinates = pair.public_key().as_ref().get(1..).unwrap_or_default();
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                let (x, y) = (encode(x), encode(y));
                json!({"kty": "EC", "x": x, "y": y, "crv": curve, "kid": kid, "alg": alg})
            }
            (Self::Ecdsa(_), _) => Value::Null,
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid())
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

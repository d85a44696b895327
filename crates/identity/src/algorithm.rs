//! The signature algorithms that Backstage's `jose` and our cryptography share.

use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{self, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm};
use aws_lc_rs::signature::{RsaEncoding, RsaParameters};
use serde::{Deserialize, Serialize};

/// How tokens are signed (`auth.identityTokenAlgorithm`, contract §9): a JWS
/// `alg` of RFC 7518 or RFC 8037.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[default]
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// EdDSA, with Ed25519 only.
    EdDsa,
    /// Ed25519 under its own name (RFC 9864).
    Ed25519,
}

/// A name that is no [`SigningAlgorithm`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "signing algorithm {name:?} is not supported, use one of {}",
    SigningAlgorithm::names()
)]
pub struct UnknownAlgorithm {
    /// The name.
    pub name: String,
}

/// What an algorithm needs of the cryptography, by family of key.
pub(crate) enum Scheme {
    Ecdsa {
        curve: &'static str,
        coordinate_length: usize,
        sign: &'static EcdsaSigningAlgorithm,
        verify: &'static EcdsaVerificationAlgorithm,
    },
    Rsa {
        sign: &'static dyn RsaEncoding,
        verify: &'static RsaParameters,
    },
    Ed25519,
}

impl SigningAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 11] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::EdDsa,
        Self::Ed25519,
    ];

    /// The name in a JWS header, for example `ES256`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::EdDsa => "EdDSA",
            Self::Ed25519 => "Ed25519",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    pub(crate) fn scheme(self) -> Scheme {
        match self {
            Self::Es256 => Scheme::Ecdsa {
                curve: "P-256",
                coordinate_length: 32,
                sign: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                verify: &signature::ECDSA_P256_SHA256_FIXED,
            },
            Self::Es384 => Scheme::Ecdsa {
                curve: "P-384",
                coordinate_length: 48,
                sign: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
                verify: &signature::ECDSA_P384_SHA384_FIXED,
            },
            Self::Es512 => Scheme::Ecdsa {
                curve: "P-521",
                coordinate_length: 66,
                sign: &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
                verify: &signature::ECDSA_P521_SHA512_FIXED,
            },
            Self::Rs256 => Scheme::Rsa {
                sign: &signature::RSA_PKCS1_SHA256,
                verify: &signature::RSA_PKCS1_2048_8192_SHA256,
            },
            Self::Rs384 => Scheme::Rsa {
                sign: &signature::RSA_PKCS1_SHA384,
                verify: &signature::RSA_PKCS1_2048_8192_SHA384,
            },
            Self::Rs512 => Scheme::Rsa {
                sign: &signature::RSA_PKCS1_SHA512,
                verify: &signature::RSA_PKCS1_2048_8192_SHA512,
            },
            Self::Ps256 => Scheme::Rsa {
                sign: &signature::RSA_PSS_SHA256,
                verify: &signature::RSA_PSS_2048_8192_SHA256,
            },
            Self::Ps384 => Scheme::Rsa {
                sign: &signature::RSA_PSS_SHA384,
                verify: &signature::RSA_PSS_2048_8192_SHA384,
            },
            Self::Ps512 => Scheme::Rsa {
                sign: &signature::RSA_PSS_SHA512,
                verify: &signature::RSA_PSS_2048_8192_SHA512,
            },
            Self::EdDsa | Self::Ed25519 => Scheme::Ed25519,
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SigningAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| UnknownAlgorithm {
                name: name.to_owned(),
            })
    }
}

impl TryFrom<String> for SigningAlgorithm {
    type Error = UnknownAlgorithm;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<SigningAlgorithm> for &'static str {
    fn from(algorithm: SigningAlgorithm) -> Self {
        algorithm.name()
    }
}

//! The signature algorithms of the provider's tokens, and of ours for it.

use aws_lc_rs::{
    digest,
    signature::{self, EcdsaSigningAlgorithm, RsaEncoding, RsaParameters},
};

use crate::by_name::by_name;

/// The one algorithm a provider is expected to sign with
/// (`id_token_signed_response_alg`; RFC 7518 §3.1, RFC 8037 §3.1).
///
/// Only asymmetric signatures exist here: `none` and the `HS*` family cannot be
/// configured, so they can never be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SigningAlg {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what every provider must offer.
    #[default]
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// ECDSA on P-521 with SHA-512.
    ES512,
    /// EdDSA on Ed25519.
    EdDSA,
}

/// Which keys can make a signature of an algorithm (RFC 7518 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// `kty: RSA`.
    Rsa,
    /// `kty: EC`, `crv: P-256`.
    P256,
    /// `kty: EC`, `crv: P-384`.
    P384,
    /// `kty: EC`, `crv: P-521`.
    P521,
    /// `kty: OKP`, `crv: Ed25519`.
    Ed25519,
}

/// What an algorithm needs of the cryptography, by family of key.
pub(crate) enum Scheme {
    Rsa {
        verify: &'static RsaParameters,
        sign: &'static dyn RsaEncoding,
    },
    Ecdsa {
        sign: &'static EcdsaSigningAlgorithm,
    },
    Ed25519,
}

impl SigningAlg {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
    ];

    /// The name in a JWS header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDSA => "EdDSA",
        }
    }

    pub(crate) fn key_kind(self) -> KeyKind {
        match self {
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => {
                KeyKind::Rsa
            }
            Self::ES256 => KeyKind::P256,
            Self::ES384 => KeyKind::P384,
            Self::ES512 => KeyKind::P521,
            Self::EdDSA => KeyKind::Ed25519,
        }
    }

    /// The hash that goes with the algorithm, for `at_hash`
    /// (OpenID Connect Core §3.1.3.6; Ed25519 hashes with SHA-512).
    pub(crate) fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::RS256 | Self::PS256 | Self::ES256 => &digest::SHA256,
            Self::RS384 | Self::PS384 | Self::ES384 => &digest::SHA384,
            Self::RS512 | Self::PS512 | Self::ES512 | Self::EdDSA => &digest::SHA512,
        }
    }

    pub(crate) fn scheme(self) -> Scheme {
        let rsa = |verify, sign| Scheme::Rsa { verify, sign };
        let ecdsa = |sign| Scheme::Ecdsa { sign };
        match self {
            Self::RS256 => rsa(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                &signature::RSA_PKCS1_SHA256,
            ),
            Self::RS384 => rsa(
                &signature::RSA_PKCS1_2048_8192_SHA384,
                &signature::RSA_PKCS1_SHA384,
            ),
            Self::RS512 => rsa(
                &signature::RSA_PKCS1_2048_8192_SHA512,
                &signature::RSA_PKCS1_SHA512,
            ),
            Self::PS256 => rsa(
                &signature::RSA_PSS_2048_8192_SHA256,
                &signature::RSA_PSS_SHA256,
            ),
            Self::PS384 => rsa(
                &signature::RSA_PSS_2048_8192_SHA384,
                &signature::RSA_PSS_SHA384,
            ),
            Self::PS512 => rsa(
                &signature::RSA_PSS_2048_8192_SHA512,
                &signature::RSA_PSS_SHA512,
            ),
            Self::ES256 => ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            Self::ES384 => ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            Self::ES512 => ecdsa(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
            Self::EdDSA => Scheme::Ed25519,
        }
    }
}

/// The name of an algorithm that signatures cannot be verified with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a supported signing algorithm; use one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA"
)]
pub struct UnsupportedSigningAlg(String);

by_name!(SigningAlg, UnsupportedSigningAlg);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_to_itself() {
        for alg in SigningAlg::ALL {
            assert_eq!(alg.to_string().parse(), Ok(alg));
        }
    }

    #[test]
    fn unsigned_and_symmetric_algorithms_cannot_be_configured() {
        for name in ["none", "NONE", "HS256", "HS384", "HS512", "rs256", ""] {
            assert!(name.parse::<SigningAlg>().is_err(), "{name}");
        }
    }
}

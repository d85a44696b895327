//! How a client signs the proof of who it is.

use crate::{by_name::by_name, client_key::ClientKey, signing_alg::SigningAlg};

/// How a client signs the proof of who it is (RFC 7523 §2.2): for
/// `private_key_jwt`, and as for the audience for `client_secret_jwt`.
#[derive(Debug, Clone, Default)]
pub struct AssertionSettings {
    /// The client's private key; needed for `private_key_jwt`.
    pub key: Option<ClientKey>,
    /// What to sign with. `None` takes the first that the provider lists and the
    /// key can do, or else what goes with the key: RS256 for an RSA key.
    pub alg: Option<SigningAlg>,
    /// Whom the proof is for.
    pub audience: AssertionAudience,
}

/// Whom a client's proof is for (its `aud`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum AssertionAudience {
    /// The issuer, and nobody else. RFC 7523 §3 named the token endpoint as a
    /// possible audience; since a provider that lies about its token endpoint
    /// could so obtain proofs that are good at another (CVE-2025-27370),
    /// FAPI 2.0 and the revision of RFC 7523 ask for the issuer alone.
    #[default]
    Issuer,
    /// The token endpoint, at whichever endpoint it is used: for providers that
    /// take nothing else.
    TokenEndpoint,
}

impl AssertionAudience {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Issuer, Self::TokenEndpoint];

    /// What it is called in the metadata that it is taken from.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::TokenEndpoint => "token_endpoint",
        }
    }
}

/// The name of an audience that is not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a supported audience; use issuer or token_endpoint")]
pub struct UnsupportedAudience(String);

by_name!(AssertionAudience, UnsupportedAudience);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_audience_parses_to_itself() {
        for audience in AssertionAudience::ALL {
            assert_eq!(audience.to_string().parse(), Ok(audience));
        }
        assert!("both".parse::<AssertionAudience>().is_err());
    }
}

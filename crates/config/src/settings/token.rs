//! How a client proves itself at the token endpoint, how ID tokens are signed,
//! and whose claims count.

/// `tokenEndpointAuthMethod`: OpenID Connect Core, section 9, and RFC 8705.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TokenEndpointAuthMethod {
    /// `client_secret_basic`, the default.
    #[default]
    ClientSecretBasic,
    /// `client_secret_post`.
    ClientSecretPost,
    /// `client_secret_jwt`.
    ClientSecretJwt,
    /// `private_key_jwt`.
    PrivateKeyJwt,
    /// `tls_client_auth`.
    TlsClientAuth,
    /// `self_signed_tls_client_auth`.
    SelfSignedTlsClientAuth,
    /// `none`: a public client.
    None,
}

impl TokenEndpointAuthMethod {
    pub(super) const NAMES: [(&'static str, Self); 7] = [
        ("client_secret_basic", Self::ClientSecretBasic),
        ("client_secret_post", Self::ClientSecretPost),
        ("client_secret_jwt", Self::ClientSecretJwt),
        ("private_key_jwt", Self::PrivateKeyJwt),
        ("tls_client_auth", Self::TlsClientAuth),
        ("self_signed_tls_client_auth", Self::SelfSignedTlsClientAuth),
        ("none", Self::None),
    ];

    /// The name in the registry of RFC 7591.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(&Self::NAMES, self)
    }

    /// Whether it needs a `clientCertificate`.
    #[must_use]
    pub fn needs_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// Whether it needs a `clientSecret`.
    #[must_use]
    pub fn needs_secret(self) -> bool {
        matches!(
            self,
            Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt
        )
    }
}

/// `tokenSignedResponseAlg`: the one algorithm that ID tokens may be signed
/// with (RFC 7518 section 3.1, RFC 8037). `none` is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TokenSignedResponseAlg {
    /// `RS256`, the default.
    #[default]
    Rs256,
    /// `RS384`.
    Rs384,
    /// `RS512`.
    Rs512,
    /// `PS256`.
    Ps256,
    /// `PS384`.
    Ps384,
    /// `PS512`.
    Ps512,
    /// `ES256`.
    Es256,
    /// `ES384`.
    Es384,
    /// `ES512`.
    Es512,
    /// `EdDSA`.
    EdDsa,
    /// `HS256`, with the client secret as the key.
    Hs256,
    /// `HS384`, with the client secret as the key.
    Hs384,
    /// `HS512`, with the client secret as the key.
    Hs512,
}

impl TokenSignedResponseAlg {
    pub(super) const NAMES: [(&'static str, Self); 13] = [
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("PS256", Self::Ps256),
        ("PS384", Self::Ps384),
        ("PS512", Self::Ps512),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("ES512", Self::Es512),
        ("EdDSA", Self::EdDsa),
        ("HS256", Self::Hs256),
        ("HS384", Self::Hs384),
        ("HS512", Self::Hs512),
    ];

    /// Those with a key pair.
    pub(super) const ASYMMETRIC: &'static [(&'static str, Self)] = Self::NAMES.split_at(10).0;

    /// The name in the registry of RFC 7518.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(&Self::NAMES, self)
    }

    /// Whether the key is the client secret.
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }
}

/// `claimsFrom`, ours: where what is known of a user comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClaimsFrom {
    /// `userinfo`, the default, as Backstage has it; the ID token where the
    /// provider has no userinfo endpoint.
    #[default]
    Userinfo,
    /// `idToken`: the userinfo endpoint is not asked.
    IdToken,
    /// `both`: userinfo counts where both say something.
    Both,
}

impl ClaimsFrom {
    pub(super) const NAMES: [(&'static str, Self); 3] = [
        ("userinfo", Self::Userinfo),
        ("idToken", Self::IdToken),
        ("both", Self::Both),
    ];
}

fn name_of<T: Copy + PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names
        .iter()
        .find(|(_, named)| *named == value)
        .map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        for (name, method) in TokenEndpointAuthMethod::NAMES {
            assert_eq!(method.name(), name);
        }
        for (name, algorithm) in TokenSignedResponseAlg::NAMES {
            assert_eq!(algorithm.name(), name);
        }
        for (name, algorithm) in TokenSignedResponseAlg::ASYMMETRIC {
            assert!(!algorithm.is_symmetric(), "{name}");
        }
    }
}

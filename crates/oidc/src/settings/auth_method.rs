//! How a client proves who it is.

use crate::by_name::by_name;

/// How a client authenticates at the provider (OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ClientAuthMethod {
    /// HTTP Basic with form-encoded id and secret (RFC 6749 §2.3.1).
    #[default]
    ClientSecretBasic,
    /// Id and secret in the request body (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// A JWT signed with the secret, HS256 (RFC 7523 §2.2).
    ClientSecretJwt,
    /// A JWT signed with the client's private key (RFC 7523 §2.2).
    PrivateKeyJwt,
    /// The client's certificate in the TLS connection, issued by an authority
    /// that the provider trusts (RFC 8705 §2.1).
    TlsClientAuth,
    /// The client's certificate in the TLS connection, registered at the
    /// provider itself (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
    /// A public client: only the id, in the body.
    None,
}

impl ClientAuthMethod {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    /// The registered name (`token_endpoint_auth_method`).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    /// Whether the client proves itself by a certificate in the TLS connection
    /// (RFC 8705): then its [`HttpClient`](crate::HttpClient) must have one.
    #[must_use]
    pub fn is_mutual_tls(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }
}

/// The name of an authentication method that is not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a supported client authentication method; use one of client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth, self_signed_tls_client_auth, none"
)]
pub struct UnsupportedAuthMethod(String);

by_name!(ClientAuthMethod, UnsupportedAuthMethod);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_parses_to_itself() {
        for method in ClientAuthMethod::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
        }
        assert!("client_secret".parse::<ClientAuthMethod>().is_err());
    }
}

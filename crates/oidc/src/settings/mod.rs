//! What a relying party is told about itself and its provider.

use std::{fmt, str::FromStr, time::Duration};

use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

mod authorization;

pub use authorization::{AuthorizationSettings, ResponseMode, UnsupportedResponseMode};

use crate::{provider_text::shown, signing_alg::SigningAlg};

/// One client registered at one provider.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The issuer, or the full URL of its `/.well-known/openid-configuration`.
    pub metadata_url: Url,
    /// The client's id at the provider.
    pub client_id: String,
    /// The client's secret; needed unless [`ClientAuthMethod::None`].
    pub client_secret: Option<SecretString>,
    /// Where the provider sends the browser back to; exactly as registered.
    pub redirect_uri: Url,
    /// How the client proves itself at the token and revocation endpoints.
    pub auth_method: ClientAuthMethod,
    /// The only algorithm accepted for ID tokens.
    pub id_token_alg: SigningAlg,
    /// What every authorization request carries.
    pub authorization: AuthorizationSettings,
    /// How long one whole HTTP exchange with the provider may take.
    pub timeout: Duration,
    /// How far the provider's clock may differ from ours.
    pub clock_tolerance: SignedDuration,
    /// Used instead of the discovered `authorization_endpoint`.
    pub authorization_endpoint: Option<Url>,
    /// Used instead of the discovered `token_endpoint`.
    pub token_endpoint: Option<Url>,
}

impl ClientSettings {
    /// Settings with the usual values: no secret yet, `client_secret_basic`,
    /// RS256, 10 s timeout, 30 s clock tolerance, endpoints as discovered.
    #[must_use]
    pub fn new(metadata_url: Url, client_id: impl Into<String>, redirect_uri: Url) -> Self {
        Self {
            metadata_url,
            client_id: client_id.into(),
            client_secret: None,
            redirect_uri,
            auth_method: ClientAuthMethod::default(),
            id_token_alg: SigningAlg::default(),
            authorization: AuthorizationSettings::default(),
            timeout: Duration::from_secs(10),
            clock_tolerance: SignedDuration::from_secs(30),
            authorization_endpoint: None,
            token_endpoint: None,
        }
    }
}

/// How a client authenticates at the provider (OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ClientAuthMethod {
    /// HTTP Basic with form-encoded id and secret (RFC 6749 §2.3.1).
    #[default]
    ClientSecretBasic,
    /// Id and secret in the request body (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// A public client: only the id, in the body.
    None,
}

impl ClientAuthMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    /// The registered name (`token_endpoint_auth_method`).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }
}

impl fmt::Display for ClientAuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of an authentication method that is not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a supported client authentication method; use one of client_secret_basic, client_secret_post, none"
)]
pub struct UnsupportedAuthMethod(String);

impl FromStr for ClientAuthMethod {
    type Err = UnsupportedAuthMethod;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str() == name)
            .ok_or_else(|| UnsupportedAuthMethod(shown(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_parses_to_itself() {
        for method in ClientAuthMethod::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
        }
        assert!("tls_client_auth".parse::<ClientAuthMethod>().is_err());
    }

    #[test]
    fn debug_hides_the_secret() {
        let mut settings = ClientSettings::new(
            "https://id.example".parse().unwrap(),
            "client",
            "https://app.example/cb".parse().unwrap(),
        );
        settings.client_secret = Some("very-secret".into());
        assert!(!format!("{settings:?}").contains("very-secret"));
    }
}

//! What a relying party is told about itself and its provider.

mod assertion;
mod auth_method;
mod authorization;

use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

pub use assertion::{AssertionAudience, AssertionSettings, UnsupportedAudience};
pub use auth_method::{ClientAuthMethod, UnsupportedAuthMethod};
pub use authorization::{AuthorizationSettings, ResponseMode, UnsupportedResponseMode};

use crate::signing_alg::SigningAlg;

/// One client registered at one provider.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The issuer, or the full URL of its `/.well-known/openid-configuration`.
    pub metadata_url: Url,
    /// The issuer, where it is another than [`Self::metadata_url`] implies: the
    /// document must name it to the letter. `{tenantid}` in it stands for the
    /// tenant of each token (its claim `tid`), as in Microsoft Entra ID's
    /// `https://login.microsoftonline.com/{tenantid}/v2.0`: then people of every
    /// tenant there is can sign in, and it is the caller's to choose among them.
    pub issuer: Option<String>,
    /// The client's id at the provider.
    pub client_id: String,
    /// The client's secret, if [`Self::auth_method`] needs one.
    pub client_secret: Option<SecretString>,
    /// Where the provider sends the browser back to; exactly as registered.
    pub redirect_uri: Url,
    /// How the client proves itself where codes and tokens are handed in.
    pub auth_method: ClientAuthMethod,
    /// What it signs then, for the methods that sign.
    pub assertion: AssertionSettings,
    /// The only algorithm accepted for ID tokens.
    pub id_token_alg: SigningAlg,
    /// The only algorithm accepted for userinfo, if the client is registered
    /// for signed userinfo (`userinfo_signed_response_alg`): then no other is
    /// accepted. Otherwise userinfo is plain JSON.
    pub userinfo_signed_alg: Option<SigningAlg>,
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
            issuer: None,
            client_id: client_id.into(),
            client_secret: None,
            redirect_uri,
            auth_method: ClientAuthMethod::default(),
            assertion: AssertionSettings::default(),
            id_token_alg: SigningAlg::default(),
            userinfo_signed_alg: None,
            authorization: AuthorizationSettings::default(),
            timeout: Duration::from_secs(10),
            clock_tolerance: SignedDuration::from_secs(30),
            authorization_endpoint: None,
            token_endpoint: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

//! `id_token_hint`: an ID token that came back.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use crate::{provider::Provider, sign_out::Hint};

impl Hint {
    /// Checks that this provider signed the token. Its age does not matter
    /// (RP-Initiated Logout §4).
    pub(super) async fn verify(provider: &Provider, token: &str) -> Option<Self> {
        let kid = decode_header(token).ok()?.kid?;
        let key = provider.keys.find(&kid).await?;
        let (modulus, exponent) = key.public();
        let key = DecodingKey::from_rsa_components(modulus, exponent).ok()?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["iss", "sub", "aud"]);
        validation.set_issuer(&[provider.issuer.as_str()]);
        let claims = decode::<Map<String, Value>>(token, &key, &validation)
            .ok()?
            .claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            subject: text("sub")?,
            client_id: text("aud")?,
            sid: text("sid")?,
        })
    }
}

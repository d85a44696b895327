//! A proof of who the client is, signed by it (RFC 7523 §2.2, §3; Core §9).

use std::borrow::Cow;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use stagedoor_ambient::random_bytes;

use super::Client;
use crate::{
    client_key::ClientKey, error::OidcError, http::FormRequest, issuer::ExpectedIssuer,
    settings::AssertionAudience, signing_alg::SigningAlg,
};

/// How long a proof is good, in seconds: made for one request.
const LIFETIME: i64 = 60;
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// `client_secret_jwt`: signed with the client's secret.
pub(super) fn by_secret(
    request: &mut FormRequest<'_>,
    client: &Client<'_>,
    secret: &str,
) -> Result<(), OidcError> {
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    add(request, client, &header, |message| {
        Ok(hmac::sign(&key, message).as_ref().to_vec())
    })
}

/// `private_key_jwt`: signed with the client's private key.
pub(super) fn by_key(request: &mut FormRequest<'_>, client: &Client<'_>) -> Result<(), OidcError> {
    let settings = &client.settings.assertion;
    let key = settings.key.as_ref().ok_or_else(|| {
        let reason = "private_key_jwt needs the client's private key";
        OidcError::misconfigured(reason)
    })?;
    let alg = algorithm(key, settings.alg, client)?;
    let mut header = json!({"alg": alg.as_str(), "typ": "JWT"});
    if let Some(key_id) = key.key_id() {
        header["kid"] = json!(key_id);
    }
    if let Some(thumbprint) = key.certificate_thumbprint() {
        header["x5t#S256"] = json!(thumbprint);
    }
    add(request, client, &header, |message| {
        key.sign(alg, message)
            .ok_or_else(|| OidcError::misconfigured("the client's private key failed to sign"))
    })
}

/// The algorithm that was chosen, or one that provider and key have in common.
fn algorithm(
    key: &ClientKey,
    chosen: Option<SigningAlg>,
    client: &Client<'_>,
) -> Result<SigningAlg, OidcError> {
    if let Some(alg) = chosen {
        return if key.signs_with(alg) {
            Ok(alg)
        } else {
            let reason = format!("the client's private key cannot sign with {alg}");
            Err(OidcError::misconfigured(reason))
        };
    }
    let offered = &client
        .metadata
        .token_endpoint_auth_signing_alg_values_supported;
    Ok(offered
        .iter()
        .filter_map(|name| name.parse().ok())
        .find(|alg| key.signs_with(*alg))
        .unwrap_or_else(|| key.usual_alg()))
}

fn add(
    request: &mut FormRequest<'_>,
    client: &Client<'_>,
    header: &Value,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, OidcError>,
) -> Result<(), OidcError> {
    let encoded = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", encoded(header), encoded(&claims(client)?));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes())?);
    let assertion: Cow<'_, str> = format!("{message}.{signature}").into();
    request.set(("client_assertion_type", TYPE.into()));
    request.set(("client_assertion", assertion));
    Ok(())
}

/// RFC 7523 §3, Core §9: issued by and about the client, for one audience, good
/// for one use within a minute. `nbf` is left out: it would only make clocks
/// that differ a little a failure.
fn claims(client: &Client<'_>) -> Result<Value, OidcError> {
    let now = client.now.as_second();
    let issuer = ExpectedIssuer::new(client.settings.issuer.as_deref(), &client.metadata.issuer);
    let audience = match (client.settings.assertion.audience, issuer) {
        (AssertionAudience::Issuer, ExpectedIssuer::Exactly(issuer)) => issuer,
        // A template for issuers is none.
        (AssertionAudience::Issuer, ExpectedIssuer::AnyTenant { .. })
        | (AssertionAudience::TokenEndpoint, _) => client.metadata.token_endpoint.as_str(),
    };
    Ok(json!({
        "iss": client.settings.client_id,
        "sub": client.settings.client_id,
        "aud": audience,
        "jti": URL_SAFE_NO_PAD.encode(random_bytes::<16>(client.entropy)?),
        "iat": now,
        "exp": now.saturating_add(LIFETIME),
    }))
}

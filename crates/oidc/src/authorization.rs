//! The authorization request (Core §3.1.2.1).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    authentication::RequiredAuthentication,
    discovery::ProviderMetadata,
    pkce::METHOD,
    query::Parameter,
    secrets::{CodeVerifier, Nonce},
    settings::{ClientSettings, ResponseMode},
};

/// Parameters that only this crate sets: who adds one by other means, an
/// operator's extra parameters or the endpoint's own query, is not heard.
/// `request` and `request_uri` would override all others (Core §6).
pub(crate) const RESERVED: [&str; 13] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
];

/// What the caller wants of an authorization request.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuthorizationParams<'a> {
    /// The scopes, joined by blanks; must hold `openid` to get an ID token.
    pub scope: &'a str,
    /// The caller's state, returned by the provider untouched.
    pub state: &'a str,
    /// `prompt`, if any (Core §3.1.2.1).
    pub prompt: Option<&'a str>,
    /// Further parameters, such as `access_type` or `domain_hint`. Those that
    /// the protocol itself needs cannot be set here and are left out; so are
    /// those that the client's settings set.
    pub extra: &'a [(String, String)],
}

/// Where to send the browser, and what to keep until it comes back.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// Where to send the browser.
    pub url: Url,
    /// What only the browser that comes back may bring: seal it and bind it to
    /// the browser, never put it into a URL or a log.
    pub secrets: FlowSecrets,
}

/// What ties the provider's answer to the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowSecrets {
    /// Must come back in the ID token.
    pub nonce: Nonce,
    /// Proves at the token endpoint that we made the request (RFC 7636).
    pub code_verifier: CodeVerifier,
    /// The issuer the browser was sent to: no other may answer (RFC 9207).
    pub issuer: String,
    /// How and when the person must have authenticated.
    #[serde(default, skip_serializing_if = "RequiredAuthentication::is_none")]
    pub authentication: RequiredAuthentication,
}

/// What the ID token must confirm, as the settings or the extra parameters ask
/// for it.
pub(crate) fn required_authentication(
    settings: &ClientSettings,
    extra: &[(String, String)],
) -> RequiredAuthentication {
    let settings = &settings.authorization;
    let by_extra = || extra.iter().find(|(name, _)| name == "max_age");
    RequiredAuthentication {
        max_age: match settings.max_age {
            Some(max_age) => Some(max_age.as_secs()),
            None => by_extra().and_then(|(_, seconds)| seconds.parse().ok()),
        },
        acr: if settings.acr_essential {
            settings.acr_values.clone()
        } else {
            Vec::new()
        },
    }
}

/// The parameters of the request, each once.
pub(crate) fn authorization_parameters<'a>(
    metadata: &ProviderMetadata,
    settings: &'a ClientSettings,
    params: &AuthorizationParams<'a>,
    secrets: &'a FlowSecrets,
) -> Vec<Parameter<'a>> {
    let mut parameters: Vec<Parameter<'a>> = vec![
        ("client_id", settings.client_id.as_str().into()),
        ("redirect_uri", settings.redirect_uri.as_str().into()),
        ("response_type", "code".into()),
        ("scope", params.scope.into()),
        ("state", params.state.into()),
        ("nonce", secrets.nonce.expose().into()),
        ("code_challenge", secrets.code_verifier.challenge().into()),
        ("code_challenge_method", METHOD.into()),
    ];
    parameters.extend(params.prompt.map(|prompt| ("prompt", prompt.into())));
    parameters.extend(configured(settings));
    parameters.extend(authentication_class(metadata, settings, params.extra));
    for (name, value) in params.extra {
        let taken = parameters.iter().any(|(other, _)| other == name);
        if !taken && !RESERVED.contains(&name.as_str()) {
            parameters.push((name, value.as_str().into()));
        }
    }
    parameters
}

/// What is the same in every request of this client.
fn configured(settings: &ClientSettings) -> impl Iterator<Item = Parameter<'_>> {
    let settings = &settings.authorization;
    let mode = settings.response_mode;
    let locales = settings.ui_locales.join(" ");
    [
        (
            "response_mode",
            (mode != ResponseMode::Query).then(|| mode.as_str().into()),
        ),
        (
            "max_age",
            settings.max_age.map(|it| it.as_secs().to_string().into()),
        ),
        (
            "login_hint",
            settings.login_hint.as_deref().map(Cow::Borrowed),
        ),
        ("ui_locales", (!locales.is_empty()).then(|| locales.into())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
}

/// `acr_values`; or `claims`, which alone can say that they are essential, where
/// the provider understands it. Never both: what that means is left open
/// (Core §5.5.1.1).
fn authentication_class<'a>(
    metadata: &ProviderMetadata,
    settings: &ClientSettings,
    extra: &[(String, String)],
) -> Option<Parameter<'a>> {
    let settings = &settings.authorization;
    if settings.acr_values.is_empty() {
        return None;
    }
    if settings.acr_essential && metadata.claims_parameter_supported {
        let wished = extra.iter().find(|(name, _)| name == "claims");
        let wished = wished.and_then(|(_, json)| serde_json::from_str(json).ok());
        let claims = with_essential_acr(wished.unwrap_or_default(), &settings.acr_values);
        return Some(("claims", claims.to_string().into()));
    }
    Some(("acr_values", settings.acr_values.join(" ").into()))
}

/// The `claims` request (Core §5.5) that was `wished` for, and `acr` in it.
fn with_essential_acr(mut wished: Map<String, Value>, acr_values: &[String]) -> Value {
    let id_token = wished.entry("id_token").or_insert_with(|| json!({}));
    if !id_token.is_object() {
        *id_token = json!({});
    }
    id_token["acr"] = json!({"essential": true, "values": acr_values});
    wished.into()
}

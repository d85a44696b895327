//! The authorization request (Core §3.1.2.1).

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    discovery::ProviderMetadata,
    pkce::METHOD,
    secrets::{CodeVerifier, Nonce},
    settings::ClientSettings,
};

/// Parameters that only this crate sets: who adds one by other means, an
/// operator's extra parameters or the endpoint's own query, is not heard.
/// `request` and `request_uri` would override all others (Core §6).
const RESERVED: [&str; 11] = [
    "client_id",
    "client_secret",
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
    /// the protocol itself needs cannot be set here and are left out.
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
}

/// The URL the browser is sent to.
pub(crate) fn authorization_url(
    metadata: &ProviderMetadata,
    settings: &ClientSettings,
    params: &AuthorizationParams<'_>,
    secrets: &FlowSecrets,
) -> Url {
    let challenge = secrets.code_verifier.challenge();
    let mut pairs = vec![
        ("client_id", settings.client_id.as_str()),
        ("redirect_uri", settings.redirect_uri.as_str()),
        ("response_type", "code"),
        ("scope", params.scope),
        ("state", params.state),
        ("nonce", secrets.nonce.expose()),
        ("code_challenge", &challenge),
        ("code_challenge_method", METHOD),
    ];
    pairs.extend(params.prompt.map(|prompt| ("prompt", prompt)));
    for (name, value) in params.extra {
        let taken = pairs.iter().any(|(other, _)| other == name);
        if !taken && !RESERVED.contains(&name.as_str()) {
            pairs.push((name, value));
        }
    }
    with_query(&metadata.authorization_endpoint, &pairs)
}

/// `endpoint` with `pairs` added to the query it may already have
/// (RFC 6749 §3.1), which cannot repeat any of them.
fn with_query(endpoint: &Url, pairs: &[(&str, &str)]) -> Url {
    let mut url = endpoint.clone();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(endpoint.query_pairs().filter(|(name, _)| {
            !RESERVED.contains(&name.as_ref()) && !pairs.iter().any(|(other, _)| other == name)
        }))
        .extend_pairs(pairs);
    // A blank as `%20`: some providers do not read `+` as one.
    let query = url.query().unwrap_or_default().replace('+', "%20");
    url.set_query(Some(&query));
    url
}

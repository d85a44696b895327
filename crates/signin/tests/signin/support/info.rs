//! What a resolver is given.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use stagedoor_oidc::{AccessToken, Claims, TokenSet, VerifiedIdToken};
use stagedoor_signin::{
    authenticator::OidcResult, claims::ProfileClaims, profile_of, resolver::SignInInfo,
};

/// Someone with this userinfo.
pub(crate) fn info(userinfo: Value) -> SignInInfo {
    made_of(userinfo, None)
}

/// Someone with this userinfo, and these claims in the ID token.
pub(crate) fn info_with_id_token(userinfo: Value, claims: &Value) -> SignInInfo {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let payload = part(claims.to_string());
    let raw = format!("{}.{payload}.c2ln", part(r#"{"alg":"RS256"}"#.to_owned()));
    made_of(userinfo, Some(serde_json::from_value(json!(raw)).unwrap()))
}

fn made_of(userinfo: Value, id_token: Option<VerifiedIdToken>) -> SignInInfo {
    let userinfo: Claims = userinfo.try_into().unwrap();
    SignInInfo {
        profile: profile_of(&userinfo, &ProfileClaims::default()),
        result: OidcResult {
            userinfo,
            tokenset: TokenSet {
                access_token: AccessToken::new("access"),
                token_type: "Bearer".to_owned(),
                expires_in: None,
                scope: None,
                refresh_token: None,
                id_token,
            },
        },
    }
}

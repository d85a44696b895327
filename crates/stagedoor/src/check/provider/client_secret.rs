//! `clientId` and its proof: whether the token endpoint takes them.
//!
//! It is asked to redeem a refresh token that nobody issued. A provider looks
//! at the client first (RFC 6749 §5.2, §6): `invalid_grant` means that the
//! client is who it says it is.

use stagedoor_oidc::{ClientAuthMethod, OidcError, RefreshToken, RelyingParty};

use crate::check::Finding;

const CHECK: &str = "client";
const NOT_A_TOKEN: &str = "stagedoor-check";

pub(super) async fn check(client: &RelyingParty) -> Finding {
    let settings = client.settings();
    let id = &settings.client_id;
    let proof = match settings.auth_method {
        ClientAuthMethod::None => "clientId",
        ClientAuthMethod::PrivateKeyJwt => "clientId and the client's key",
        _ => "clientId and clientSecret",
    };
    let answer = client.refresh(&RefreshToken::new(NOT_A_TOKEN), None).await;
    let Err(error) = answer else {
        return unclear(&format!(
            "the token endpoint takes any refresh token from '{id}'"
        ));
    };
    match &error {
        OidcError::TokenRefused { error, .. } if error == "invalid_grant" => {
            Finding::ok(CHECK, format!("'{id}' is accepted at the token endpoint"))
        }
        OidcError::TokenRefused {
            error: code,
            status,
            ..
        } if *status == 401 || code == "invalid_client" => Finding::failure(
            CHECK,
            format!("'{id}': {error}"),
            format!(
                "correct {proof}, or tokenEndpointAuthMethod ({})",
                settings.auth_method
            ),
        ),
        OidcError::TokenRefused { error: code, .. }
            if code == "unauthorized_client" || code == "unsupported_grant_type" =>
        {
            Finding::warning(
                CHECK,
                format!("'{id}' gets no refresh tokens: {error}"),
                "allow this client the grant refresh_token: without it sessions end with the provider's first tokens",
            )
        }
        OidcError::Misconfigured { .. } => Finding::failure(
            CHECK,
            error.to_string(),
            format!("correct {proof}, or set another tokenEndpointAuthMethod"),
        ),
        OidcError::Unavailable { .. } => Finding::failure(
            CHECK,
            format!("the token endpoint can't be used: {error}"),
            "is it the right one, and can it be reached from here?",
        ),
        _ => unclear(&error.to_string()),
    }
}

fn unclear(what: &str) -> Finding {
    Finding::warning(
        CHECK,
        format!("whether the token endpoint takes the client can't be told: {what}"),
        "try a sign-in",
    )
}

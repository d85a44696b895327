//! `clientId` and its proof: whether the token endpoint takes them.
//!
//! It is asked to redeem a refresh token that nobody issued. A provider looks
//! at the client first (RFC 6749 §5.2, §6): `invalid_grant` means that the
//! client is who it says it is.

use stagedoor_oidc::{
    ClientAuthMethod, ClientSettings, OidcError, OriginalSignIn, RefreshToken, RelyingParty,
};

use crate::check::Finding;

const CHECK: &str = "client";
const NOT_A_TOKEN: &str = "stagedoor-check";

pub(super) async fn check(client: &RelyingParty) -> Finding {
    let answer = client
        .refresh(&RefreshToken::new(NOT_A_TOKEN), OriginalSignIn::Unknown)
        .await;
    match answer {
        Ok(_) => unclear("it gives tokens for any refresh token"),
        Err(error) => of_refusal(client.settings(), &error.into()),
    }
}

fn of_refusal(settings: &ClientSettings, error: &OidcError) -> Finding {
    let id = &settings.client_id;
    let proof = match settings.auth_method {
        ClientAuthMethod::None => "clientId",
        ClientAuthMethod::PrivateKeyJwt => "clientId and the client's key",
        _ => "clientId and clientSecret",
    };
    match error {
        OidcError::TokenRefused {
            error: code,
            status,
            ..
        } => match (code.as_str(), status) {
            ("invalid_grant", _) => {
                Finding::ok(CHECK, format!("'{id}' is accepted at the token endpoint"))
            }
            // Some providers have names of their own for it, but one status.
            ("invalid_client", _) | (_, 401) => Finding::failure(
                CHECK,
                format!("'{id}': {error}"),
                format!(
                    "correct {proof}, or tokenEndpointAuthMethod ({})",
                    settings.auth_method
                ),
            ),
            ("unauthorized_client" | "unsupported_grant_type", _) => Finding::warning(
                CHECK,
                format!("'{id}' gets no refresh tokens: {error}"),
                "allow this client the grant refresh_token: without it sessions end with the provider's first tokens",
            ),
            _ => unclear(&error.to_string()),
        },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    fn settings() -> ClientSettings {
        let url = |text: &str| text.parse().unwrap();
        ClientSettings::new(
            url("https://id.example"),
            "backstage",
            url("https://app.example"),
        )
    }

    #[track_caller]
    fn means(code: &str, status: u16, level: Level, part: &str) {
        let error = OidcError::TokenRefused {
            error: code.to_owned(),
            description: None,
            status,
        };
        let finding = of_refusal(&settings(), &error);
        assert_eq!(finding.level, level, "{finding:?}");
        assert!(finding.what.contains(part), "{finding:?}");
    }

    #[test]
    fn only_a_refused_token_means_that_the_client_is_accepted() {
        means("invalid_grant", 400, Level::Ok, "accepted");
        means("invalid_grant", 403, Level::Ok, "accepted");
        means("invalid_client", 400, Level::Failure, "'backstage'");
        means("unauthorized_client", 401, Level::Failure, "'backstage'");
        means("access_denied", 401, Level::Failure, "'backstage'");
    }

    #[test]
    fn a_client_without_refresh_tokens_is_told_from_a_wrong_one() {
        means(
            "unauthorized_client",
            400,
            Level::Warning,
            "no refresh tokens",
        );
        means(
            "unsupported_grant_type",
            400,
            Level::Warning,
            "no refresh tokens",
        );
        means("invalid_request", 400, Level::Warning, "can't be told");
    }
}

//! `auth.providers.<id>.<environment>` → a client of an OpenID provider.

use std::time::Duration;

use stagedoor_config::{Prompt as PromptSetting, ProviderEnvironment};
use stagedoor_oidc::{ClientAuthMethod, ClientSettings, RelyingParty, SigningAlg};
use stagedoor_signin::{EmailPolicy, OidcOptions, Prompt};
use url::Url;

use crate::backend::{AuthenticatorSetup, StartError};

/// The client of a provider.
pub(crate) fn relying_party(
    settings: &ProviderEnvironment,
    setup: &AuthenticatorSetup,
) -> Result<RelyingParty, StartError> {
    Ok(RelyingParty::new(
        client_settings(settings, setup.callback_url.clone())?,
        setup.http.clone(),
        setup.clock.clone(),
        setup.entropy.clone(),
    ))
}

fn client_settings(
    settings: &ProviderEnvironment,
    callback_url: Url,
) -> Result<ClientSettings, StartError> {
    let method = settings.token_endpoint_auth_method.name();
    let alg = settings.token_signed_response_alg.name();
    let auth_method: ClientAuthMethod = method.parse().map_err(|_| {
        StartError::setting(
            "tokenEndpointAuthMethod",
            format!("{method} is not supported yet"),
        )
    })?;
    let id_token_alg: SigningAlg = alg.parse().map_err(|_| {
        StartError::setting("tokenSignedResponseAlg", format!("{alg} is not supported"))
    })?;
    Ok(ClientSettings {
        client_secret: settings.client_secret.clone(),
        auth_method,
        id_token_alg,
        timeout: Duration::try_from(settings.timeout).unwrap_or(Duration::from_secs(10)),
        clock_tolerance: settings.clock_tolerance,
        authorization_endpoint: settings.authorization_url.clone(),
        token_endpoint: settings.token_url.clone(),
        ..ClientSettings::new(
            settings.metadata_url.clone(),
            settings.client_id.clone(),
            callback_url,
        )
    })
}

/// How its flows are shaped.
pub(crate) fn oidc_options(settings: &ProviderEnvironment) -> OidcOptions {
    OidcOptions {
        prompt: match &settings.prompt {
            PromptSetting::None => Prompt::Value("none".to_owned()),
            PromptSetting::Auto => Prompt::Auto,
            PromptSetting::Value(prompt) => Prompt::Value(prompt.clone()),
        },
        start_url_search_params: settings.start_url_search_params.clone(),
        emails: if settings.trust_unverified_email {
            EmailPolicy::TrustUnlessDenied
        } else {
            EmailPolicy::VerifiedOnly
        },
    }
}

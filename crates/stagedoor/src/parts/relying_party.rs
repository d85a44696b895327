//! `auth.providers.<id>.<environment>` → a client of an OpenID provider.

use std::{str::FromStr, time::Duration};

use secrecy::ExposeSecret as _;
use stagedoor_config::{
    AssertionAudience as AudienceSetting, ClaimsFrom as ClaimsFromSetting, Prompt as PromptSetting,
    ProviderEnvironment, TokenSignedResponseAlg,
};
use stagedoor_oidc::{
    AssertionAudience, AssertionSettings, AuthorizationSettings, ClientKey, ClientSettings,
    HttpClient, RelyingParty, SigningAlg,
};
use stagedoor_signin::{ClaimsFrom, OidcOptions, Prompt};
use url::Url;

use crate::{AuthenticatorSetup, StartError};

/// The client of a provider.
pub(crate) fn relying_party(
    settings: &ProviderEnvironment,
    setup: &AuthenticatorSetup,
) -> Result<RelyingParty, StartError> {
    Ok(RelyingParty::new(
        client_settings(settings, setup.callback_url.clone())?,
        http(settings, &setup.http)?,
        setup.clock.clone(),
        setup.entropy.clone(),
    ))
}

/// The client that all share, or one that shows a certificate.
fn http(settings: &ProviderEnvironment, shared: &HttpClient) -> Result<HttpClient, StartError> {
    let Some(certificate) = &settings.client_certificate else {
        return Ok(shared.clone());
    };
    shared
        .with_certificate(&certificate.cert, &certificate.key)
        .map_err(|error| StartError::setting("clientCertificate", error.to_string()))
}

fn client_settings(
    settings: &ProviderEnvironment,
    callback_url: Url,
) -> Result<ClientSettings, StartError> {
    let userinfo_alg = settings.userinfo_signed_response_alg;
    Ok(ClientSettings {
        issuer: settings.issuer.clone(),
        client_secret: settings.client_secret.clone(),
        auth_method: supported(
            "tokenEndpointAuthMethod",
            settings.token_endpoint_auth_method.name(),
        )?,
        assertion: assertion(settings)?,
        id_token_alg: algorithm("tokenSignedResponseAlg", settings.token_signed_response_alg)?,
        userinfo_signed_alg: userinfo_alg
            .map(|alg| algorithm("userinfoSignedResponseAlg", alg))
            .transpose()?,
        authorization: authorization(settings)?,
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

fn assertion(settings: &ProviderEnvironment) -> Result<AssertionSettings, StartError> {
    let settings = &settings.client_assertion;
    let key = settings.key.as_ref().map(|pem| {
        ClientKey::from_pem(pem.expose_secret(), settings.key_id.clone())
            .map_err(|error| StartError::setting("clientAssertion.key", error.to_string()))
    });
    let assertion = AssertionSettings {
        key: key.transpose()?,
        alg: settings
            .algorithm
            .map(|alg| algorithm("clientAssertion.algorithm", alg))
            .transpose()?,
        audience: match settings.audience {
            AudienceSetting::Issuer => AssertionAudience::Issuer,
            AudienceSetting::TokenEndpoint => AssertionAudience::TokenEndpoint,
        },
    };
    match (&assertion.key, assertion.alg) {
        (Some(key), Some(alg)) if !key.signs_with(alg) => Err(StartError::setting(
            "clientAssertion.algorithm",
            format!("the private key in clientAssertion.key cannot sign with {alg}"),
        )),
        _ => Ok(assertion),
    }
}

fn authorization(settings: &ProviderEnvironment) -> Result<AuthorizationSettings, StartError> {
    let settings = &settings.authorization_request;
    Ok(AuthorizationSettings {
        response_mode: supported("responseMode", settings.response_mode.name())?,
        pushed: settings.pushed,
        acr_values: settings.acr_values.clone(),
        acr_essential: settings.acr_essential,
        // It is never negative: the configuration sees to that.
        max_age: settings.max_age.and_then(|it| Duration::try_from(it).ok()),
        login_hint: settings.login_hint.clone(),
        ui_locales: settings.ui_locales.clone(),
    })
}

fn algorithm(key: &str, algorithm: TokenSignedResponseAlg) -> Result<SigningAlg, StartError> {
    supported(key, algorithm.name())
}

/// What is called `name` in the configuration and in the specifications.
fn supported<T: FromStr>(key: &str, name: &str) -> Result<T, StartError> {
    name.parse()
        .map_err(|_| StartError::setting(key, format!("{name} is not supported")))
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
        claims_from: match settings.claims_from {
            ClaimsFromSetting::Userinfo => ClaimsFrom::Userinfo,
            ClaimsFromSetting::IdToken => ClaimsFrom::IdToken,
            ClaimsFromSetting::Both => ClaimsFrom::Both,
        },
        profile: settings.profile.clone(),
    }
}

#[cfg(test)]
mod tests;

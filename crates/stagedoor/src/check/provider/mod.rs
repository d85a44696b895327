//! `auth.providers.<id>.<environment>`: whether sign-ins there would work.

mod algorithm;
mod client_auth;
mod client_secret;
mod discovery;
mod pkce;
mod prompt;
mod redirect_uri;
mod resolvers;
mod scopes;

use stagedoor_config::{ProviderEnvironment, Settings};
use stagedoor_oidc::RelyingParty;
use url::Url;

use super::{
    Finding, Section,
    cookies::{self, Addresses},
};
use crate::{
    AuthenticatorSetup, StartError,
    parts::{self, Registry},
};

/// A provider in the environment in use.
#[derive(Clone, Copy)]
pub(super) struct InUse<'a> {
    pub(super) id: &'a str,
    pub(super) environment: &'a str,
    pub(super) settings: &'a ProviderEnvironment,
}

impl InUse<'_> {
    /// The configuration key.
    pub(super) fn key(&self) -> String {
        format!("auth.providers.{}.{}", self.id, self.environment)
    }
}

/// All that can be told about a provider.
pub(super) async fn check(
    provider: InUse<'_>,
    settings: &Settings,
    registry: &Registry<'_>,
) -> Section {
    let findings = match client(provider, settings, registry) {
        Ok(client) => {
            let mut findings = at_home(provider, settings, &client);
            findings.extend(at_the_provider(provider.settings, &client).await);
            findings
        }
        Err(error) => vec![Finding::start_error("settings", &error)],
    };
    Section::new(provider.key(), findings)
}

fn client(
    provider: InUse<'_>,
    settings: &Settings,
    registry: &Registry<'_>,
) -> Result<RelyingParty, StartError> {
    parts::resolver_chain(&provider.settings.sign_in.resolvers, registry.resolvers)?;
    let setup = AuthenticatorSetup {
        callback_url: parts::callback_url(settings, provider.id, provider.settings)?,
        http: registry.http.clone(),
        clock: registry.clock.clone(),
        entropy: registry.entropy.clone(),
    };
    parts::relying_party(provider.settings, &setup)
}

/// What the configuration alone tells.
fn at_home(provider: InUse<'_>, settings: &Settings, client: &RelyingParty) -> Vec<Finding> {
    let callback = &client.settings().redirect_uri;
    let addresses = Addresses {
        app: &settings.app.base_url,
        backend: &settings.backend.base_url,
        callback,
    };
    let mut findings = vec![redirect_uri::check(callback)];
    findings.extend(cookies::check(provider.id, &addresses));
    findings.push(resolvers::check(&provider.settings.sign_in.resolvers));
    findings.extend(prompt::check(&provider.settings.prompt));
    findings
}

/// What the provider has to be asked for.
async fn at_the_provider(settings: &ProviderEnvironment, client: &RelyingParty) -> Vec<Finding> {
    let (metadata, mut findings) = discovery::check(client).await;
    let Some(metadata) = metadata else {
        return findings;
    };
    findings.push(algorithm::check(client.settings().id_token_alg, &metadata));
    findings.push(client_auth::check(client.settings().auth_method, &metadata));
    findings.push(client_secret::check(client).await);
    findings.push(pkce::check(&metadata.code_challenge_methods_supported));
    findings.extend(scopes::check(&settings.additional_scopes, &metadata));
    findings
}

/// A URL to be printed: without a password.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail on URLs that can hold neither, which are as good.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.into()
}

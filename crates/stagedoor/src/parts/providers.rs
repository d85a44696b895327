//! `auth.providers` → providers; `app.baseUrl` and
//! `auth.experimentalExtraAllowedOrigins` → origins.

use std::{collections::BTreeMap, sync::Arc};

use stagedoor_ambient::{SharedClock, SharedEntropy};
use stagedoor_config::{
    Icon as IconSetting, Provider as ProviderSettings, ProviderEnvironment, Settings,
};
use stagedoor_oidc::HttpClient;
use stagedoor_server::auth_url;
use stagedoor_signin::{
    Admission, DEFAULT_SESSION_DURATION, GroupClaims, Icon, Live, Provider, ProviderSet,
    ScopePolicy, Scopes, Svg,
    native::NativeClients,
    origin::{AllowedOrigins, Origin, OriginPattern},
    resolver::built_in::AllowedDomains,
};
use url::Url;

use super::{ResolverFactories, oidc_authenticator, resolver_of, services, session_policy};
use crate::{AuthenticatorSetup, OAuthProvider, StartError, oauth_provider};

/// What was registered in code, and what providers are built with.
pub(crate) struct Registry<'a> {
    pub(crate) providers: &'a BTreeMap<String, OAuthProvider>,
    pub(crate) resolvers: &'a ResolverFactories,
    pub(crate) http: HttpClient,
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
}

/// The providers and origins of a configuration.
pub(crate) fn live(settings: &Settings, registry: &Registry<'_>) -> Result<Live, StartError> {
    let mut providers = Vec::new();
    for provider in &settings.auth.providers {
        for (environment, of_environment) in &provider.environments {
            providers.push(build(
                settings,
                registry,
                provider,
                environment,
                of_environment,
            )?);
        }
    }
    // `oidc` is the id of Backstage's own module: known, configured or not.
    let registered = registry
        .providers
        .keys()
        .cloned()
        .chain(["oidc".to_owned()]);
    let not_configured = registered
        .chain(settings.auth.other_providers.iter().cloned())
        .collect();
    Ok(Live {
        providers: ProviderSet::new(providers, not_configured),
        origins: origins(settings)?,
        sessions: session_policy(settings),
        services: services(settings),
        native_clients: native_clients(settings),
    })
}

fn build(
    settings: &Settings,
    registry: &Registry<'_>,
    provider: &ProviderSettings,
    environment: &str,
    of_environment: &ProviderEnvironment,
) -> Result<Provider, StartError> {
    let id = provider.id.as_str();
    let in_code = registry.providers.get(id).cloned();
    let registered = in_code.unwrap_or_else(|| oauth_provider(oidc_authenticator()));
    let callback_url = callback_url(settings, id, of_environment)?;
    let setup = AuthenticatorSetup {
        callback_url: callback_url.clone(),
        http: registry.http.clone(),
        clock: registry.clock.clone(),
        entropy: registry.entropy.clone(),
    };
    let section = format!("auth.providers.{id}.{environment}");
    let authenticator = registered
        .authenticator
        .build(of_environment, &setup)
        .map_err(|error| error.within(&section))?;
    let required = Scopes::default().and(authenticator.required_scopes());
    let additional = Scopes::default().and(&of_environment.additional_scopes);
    let from_config = resolver_of(&of_environment.sign_in.resolvers, registry.resolvers)
        .map_err(|error| error.within(&section))?;
    Ok(Provider {
        id: id.to_owned(),
        environment: environment.to_owned(),
        title: of_environment
            .display
            .title
            .clone()
            .unwrap_or_else(|| title_of(id)),
        message: of_environment.display.message.clone(),
        icon: icon(id, of_environment),
        order: of_environment.display.order,
        scopes: ScopePolicy::new(required, additional),
        admission: admission(of_environment),
        group_claims: GroupClaims::new(of_environment.sign_in.group_claims.clone()),
        resolver: from_config.or_else(|| registered.sign_in_resolver.as_ref().map(Arc::clone)),
        authenticator,
        callback_url,
        logout_return_url: logout_return_url(settings, of_environment),
        session_duration: of_environment
            .session_duration
            .unwrap_or(DEFAULT_SESSION_DURATION),
    })
}

/// `stagedoor.nativeClients`
fn native_clients(settings: &Settings) -> NativeClients {
    let clients = settings.stagedoor.native_clients.iter();
    NativeClients::new(clients.map(|client| (client.id.clone(), client.title.clone())))
}

/// The icon that is configured, else the drawing that is meant for its id.
fn icon(id: &str, of_environment: &ProviderEnvironment) -> Option<Icon> {
    let configured = of_environment.display.icon.clone();
    configured
        .or_else(|| IconSetting::for_id(id))
        .map(|icon| match icon {
            IconSetting::BuiltIn(name) => Icon::BuiltIn(name),
            IconSetting::Svg(svg) => Icon::Svg(Svg::new(svg.as_str())),
        })
}

/// Who is let in at all.
pub(crate) fn admission(of_environment: &ProviderEnvironment) -> Admission {
    let sign_in = &of_environment.sign_in;
    Admission {
        require_claims: sign_in.require_claims.clone(),
        allowed_domains: AllowedDomains::new(sign_in.allowed_domains.clone()),
    }
}

/// Where the provider sends the browser back to.
pub(crate) fn callback_url(
    settings: &Settings,
    id: &str,
    of_environment: &ProviderEnvironment,
) -> Result<Url, StartError> {
    if let Some(url) = &of_environment.callback_url {
        return Ok(url.clone());
    }
    let url = format!(
        "{}/{id}/handler/frame",
        auth_url(&settings.backend.base_url)
    );
    Url::parse(&url).map_err(|error| StartError::setting("backend.baseUrl", error.to_string()))
}

/// Where the provider sends the browser back to after a logout.
fn logout_return_url(settings: &Settings, of_environment: &ProviderEnvironment) -> Option<Url> {
    let logout = &of_environment.logout;
    let registered = logout.redirect_url.as_ref();
    logout
        .end_provider_session
        .then(|| registered.unwrap_or(&settings.app.base_url).clone())
}

/// Who may ask for a sign-in.
pub(crate) fn origins(settings: &Settings) -> Result<AllowedOrigins, StartError> {
    let app = Origin::of(&settings.app.base_url)
        .ok_or_else(|| StartError::setting("app.baseUrl", "it must be an http or https URL"))?;
    Ok(AllowedOrigins::new(
        app,
        patterns(
            "auth.experimentalExtraAllowedOrigins",
            &settings.auth.extra_allowed_origins,
        )?,
    ))
}

/// Globs over origins.
pub(super) fn patterns(key: &str, globs: &[String]) -> Result<Vec<OriginPattern>, StartError> {
    globs
        .iter()
        .map(|glob| OriginPattern::parse(glob))
        .collect::<Result<_, _>>()
        .map_err(|error| StartError::setting(key, error.to_string()))
}

/// How people spell the providers they know.
const TITLES: [(&str, &str); 16] = [
    ("auth0", "Auth0"),
    ("authentik", "authentik"),
    ("azure", "Microsoft"),
    ("cognito", "Amazon Cognito"),
    ("dex", "Dex"),
    ("entra", "Microsoft Entra ID"),
    ("github", "GitHub"),
    ("gitlab", "GitLab"),
    ("google", "Google"),
    ("keycloak", "Keycloak"),
    ("microsoft", "Microsoft"),
    ("oidc", "OpenID Connect"),
    ("okta", "Okta"),
    ("onelogin", "OneLogin"),
    ("ping", "PingFederate"),
    ("pingfederate", "PingFederate"),
];

/// A title for a provider that has none: the known spelling of its id, or the
/// id with a capital letter.
fn title_of(id: &str) -> String {
    if let Some((_, title)) = TITLES
        .iter()
        .find(|(known, _)| id.eq_ignore_ascii_case(known))
    {
        return (*title).to_owned();
    }
    let mut letters = id.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

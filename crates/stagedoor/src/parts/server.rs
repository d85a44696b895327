//! `app` and `backend` → how the server presents itself.

use std::time::Duration;

use stagedoor_config::{self as config, Cors, Settings};
use stagedoor_server::{
    ClientAddresses, CorsSettings, PageSettings, RateLimit, RateLimits, ServerSettings,
    TrustedProxies,
};
use stagedoor_signin::Svg;

use super::providers::patterns;
use crate::StartError;

/// Longer than any provider may take to answer all that a sign-in asks of it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// What the door needs to know.
pub(crate) fn server_settings(
    settings: &Settings,
    dev: bool,
) -> Result<ServerSettings, StartError> {
    Ok(ServerSettings {
        app_url: settings.app.base_url.clone(),
        base_url: settings.backend.base_url.clone(),
        environment: settings
            .auth
            .environment
            .clone()
            .unwrap_or_else(|| "development".to_owned()),
        cors: settings.backend.cors.as_ref().map(cors).transpose()?,
        dev,
        page: page(settings),
        request_timeout: REQUEST_TIMEOUT,
        take_over_sessions: settings.stagedoor.take_over_sessions,
        client_addresses: client_addresses(settings)?,
    })
}

fn page(settings: &Settings) -> PageSettings {
    let page = &settings.sign_in_page;
    let title = page.title.as_ref().or(settings.app.title.as_ref());
    PageSettings {
        title: title.cloned().unwrap_or_else(|| "Backstage".to_owned()),
        logo: page.logo.as_ref().map(|svg| Svg::new(svg.as_str())),
        accent: page
            .accent_color
            .map(|color| [color.red, color.green, color.blue]),
        auto: page.auto,
        redirect: settings.enable_experimental_redirect_flow,
        support_url: page.support_url.clone(),
    }
}

fn client_addresses(settings: &Settings) -> Result<ClientAddresses, StartError> {
    let config::ClientAddressSettings { proxies, header } = &settings.stagedoor.client_address;
    let proxies = match proxies {
        config::TrustedProxies::Unsaid => TrustedProxies::Unsaid,
        config::TrustedProxies::Networks(networks) => TrustedProxies::Networks(networks.clone()),
        config::TrustedProxies::Hops(hops) => TrustedProxies::Hops(*hops),
    };
    let header = header.parse().map_err(|_| {
        StartError::setting(
            "stagedoor.clientAddressHeader",
            format!("{header:?} is not the name of a header"),
        )
    })?;
    Ok(ClientAddresses::new(proxies, header))
}

/// `stagedoor.limits` → connections and requests at once.
pub(crate) fn limits(settings: &Settings) -> [usize; 2] {
    let limits = &settings.stagedoor.limits;
    [limits.connections, limits.requests].map(|it| usize::try_from(it).unwrap_or(usize::MAX))
}

/// `stagedoor.rateLimit` → what one client may ask for.
pub(crate) fn rate_limits(settings: &Settings) -> RateLimits {
    let limit = |limit: Option<config::RateLimit>| {
        limit.map(|it| RateLimit {
            per_minute: it.per_minute,
            burst: it.burst,
        })
    };
    let limits = &settings.stagedoor.rate_limits;
    RateLimits::new(
        limit(limits.start),
        limit(limits.handler),
        limit(limits.refresh),
        limit(limits.failures),
    )
}

fn cors(cors: &Cors) -> Result<CorsSettings, StartError> {
    let methods = match cors.methods.as_slice() {
        // What the `cors` package answers when it is not told.
        [] => parse_all(
            "backend.cors.methods",
            &["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"],
        )?,
        methods => parse_all("backend.cors.methods", methods)?,
    };
    Ok(CorsSettings {
        origins: patterns("backend.cors.origin", &cors.origins)?,
        methods,
        allowed_headers: parse_all("backend.cors.allowedHeaders", &cors.allowed_headers)?,
        exposed_headers: parse_all("backend.cors.exposedHeaders", &cors.exposed_headers)?,
        credentials: cors.credentials,
        max_age: cors.max_age.and_then(|age| Duration::try_from(age).ok()),
    })
}

fn parse_all<T: std::str::FromStr>(
    key: &str,
    names: &[impl AsRef<str>],
) -> Result<Vec<T>, StartError> {
    names
        .iter()
        .map(|name| {
            let name = name.as_ref();
            name.parse()
                .map_err(|_| StartError::setting(key, format!("{name:?} can't stand there")))
        })
        .collect()
}

//! Where the plugin `catalog` is, by the rule of Backstage's `HostDiscovery`
//! (contract §10).

use stagedoor_config::{Backend, DiscoveryEndpoint, Listen, Settings};
use url::{Host, Url};

use crate::StartError;

/// The key that settles it.
pub(crate) const DISCOVERY: &str = "discovery.endpoints";

const PLUGIN: &str = "catalog";
/// What stands for every plugin in `discovery.endpoints`.
const EVERY_PLUGIN: &str = "*";

/// Where the catalog is for calls from backend to backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CatalogPlace {
    /// Where `discovery.endpoints` says.
    Named(Url),
    /// At `backend.listen`, for want of an endpoint.
    ByDefault(Url),
    /// At this very server, which has no catalog: `named` when
    /// `discovery.endpoints` says so.
    Ourselves { url: Url, named: bool },
}

impl CatalogPlace {
    /// Where `settings` say that it is.
    ///
    /// # Errors
    /// When that is no URL.
    pub(crate) fn of(settings: &Settings) -> Result<Self, StartError> {
        let listen = &settings.backend.listen;
        let (url, named) = match target(&settings.discovery) {
            Some(target) => (named_url(target)?, true),
            None => (default_url(&settings.backend)?, false),
        };
        Ok(match (is_ourselves(&url, listen), named) {
            (true, _) => Self::Ourselves { url, named },
            (false, true) => Self::Named(url),
            (false, false) => Self::ByDefault(url),
        })
    }
}

/// The internal target for the catalog: for a plugin the last one counts, and
/// the plugin's own goes before that for every plugin.
fn target(endpoints: &[DiscoveryEndpoint]) -> Option<&str> {
    let last_for = |plugin: &str| {
        let mut from_the_end = endpoints.iter().rev();
        from_the_end.find_map(|endpoint| {
            let internal = endpoint.internal.as_deref()?;
            endpoint
                .plugins
                .iter()
                .any(|named| named == plugin)
                .then_some(internal)
        })
    };
    last_for(PLUGIN).or_else(|| last_for(EVERY_PLUGIN))
}

fn named_url(target: &str) -> Result<Url, StartError> {
    let url = with_plugin_id(target);
    if url.contains("+srv://") {
        return Err(StartError::setting(
            DISCOVERY,
            format!("{target}: SRV records are not supported, name a host and a port"),
        ));
    }
    Url::parse(&url)
        .map_err(|error| StartError::setting(DISCOVERY, format!("{target} is no URL: {error}")))
}

/// Puts the plugin's id in place of `{{pluginId}}`, blanks inside allowed.
fn with_plugin_id(target: &str) -> String {
    let mut url = String::new();
    let mut rest = target;
    while let Some((before, after)) = rest.split_once("{{") {
        url.push_str(before);
        match after.split_once("}}") {
            Some((name, after)) if name.trim() == "pluginId" => {
                url.push_str(PLUGIN);
                rest = after;
            }
            _ => {
                url.push_str("{{");
                rest = after;
            }
        }
    }
    url + rest
}

fn default_url(backend: &Backend) -> Result<Url, StartError> {
    let scheme = if backend.https.is_some() {
        "https"
    } else {
        "http"
    };
    let host = match backend.listen.host.as_deref() {
        None | Some("::" | "") => "localhost".to_owned(),
        Some("0.0.0.0") => "127.0.0.1".to_owned(),
        Some(address) if address.contains(':') => format!("[{address}]"),
        Some(host) => host.to_owned(),
    };
    let port = backend.listen.port;
    Url::parse(&format!("{scheme}://{host}:{port}/api/{PLUGIN}"))
        .map_err(|error| StartError::setting("backend.listen", error.to_string()))
}

/// Whether a request to `url` would come in at our own door. Only addresses
/// tell: a name may be a proxy's, that sends each plugin's calls elsewhere.
fn is_ourselves(url: &Url, listen: &Listen) -> bool {
    url.port_or_known_default() == Some(listen.port)
        && url
            .host()
            .is_some_and(|host| is_reached_by(listen.host.as_deref(), &host.to_owned()))
}

/// Whether a server that listens on `listening` is reached at `host`.
fn is_reached_by(listening: Option<&str>, host: &Host) -> bool {
    match listening {
        None | Some("" | "::") => is_this_machine(host),
        Some("0.0.0.0") => is_this_machine(host) && !matches!(host, Host::Ipv6(_)),
        // `localhost` is either of the loopback addresses.
        Some(listening) => host_of(listening).is_some_and(|listening| {
            listening == *host
                || (is_localhost(&listening) && is_loopback(host))
                || (is_localhost(host) && is_loopback(&listening))
        }),
    }
}

/// A name or an address without brackets.
fn host_of(text: &str) -> Option<Host> {
    if text.contains(':') {
        return text.parse().ok().map(Host::Ipv6);
    }
    Host::parse(text).ok()
}

fn is_this_machine(host: &Host) -> bool {
    is_loopback(host)
        || match host {
            Host::Ipv4(address) => address.is_unspecified(),
            Host::Ipv6(address) => address.is_unspecified(),
            Host::Domain(_) => false,
        }
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(_) => is_localhost(host),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_localhost(host: &Host) -> bool {
    matches!(host, Host::Domain(name) if name == "localhost")
}

#[cfg(test)]
mod tests;

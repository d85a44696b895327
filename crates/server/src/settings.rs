//! What the door needs to know besides the flows.

use std::time::Duration;

use stagedoor_signin::{Svg, origin::OriginPattern};
use url::Url;

use crate::client::ClientAddresses;

/// How the server presents itself.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// `app.baseUrl`
    pub app_url: Url,
    /// `backend.baseUrl`
    pub base_url: Url,
    /// `auth.environment`: whose providers the sign-in page shows.
    pub environment: String,
    /// `backend.cors`; `None` sends no CORS headers.
    pub cors: Option<CorsSettings>,
    /// Whether this is `stagedoor dev`, which pages say plainly.
    pub dev: bool,
    /// How the sign-in page looks.
    pub page: PageSettings,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// Whether a refresh token in Backstage's cookie is taken over.
    pub take_over_sessions: bool,
    /// How the address of a client is found.
    pub client_addresses: ClientAddresses,
}

impl ServerSettings {
    /// The base of all auth routes, which is also the issuer of tokens.
    #[must_use]
    pub fn auth_url(&self) -> String {
        auth_url(&self.base_url)
    }
}

/// `stagedoor.signInPage`, and what else the page goes by.
#[derive(Debug, Clone)]
pub struct PageSettings {
    /// What people sign in to.
    pub title: String,
    /// In place of our mark.
    pub logo: Option<Svg>,
    /// Red, green and blue of buttons and links, in place of our blue.
    pub accent: Option<[u8; 3]>,
    /// Whether the only provider there is gets asked without a click.
    pub auto: bool,
    /// Whether a click leads to the provider in the same window, without a popup.
    pub redirect: bool,
    /// Where people who can't get in find help.
    pub support_url: Option<Url>,
}

/// `{backend.baseUrl}/api/auth`, the issuer of Backstage tokens.
#[must_use]
pub fn auth_url(base_url: &Url) -> String {
    format!("{}/api/auth", base_url.as_str().trim_end_matches('/'))
}

/// `backend.cors`
#[derive(Debug, Clone)]
pub struct CorsSettings {
    /// Which origins; `None` allows any, without credentials.
    pub origins: Vec<OriginPattern>,
    /// `methods`
    pub methods: Vec<http::Method>,
    /// `allowedHeaders`; empty mirrors what is asked for.
    pub allowed_headers: Vec<http::HeaderName>,
    /// `exposedHeaders`
    pub exposed_headers: Vec<http::HeaderName>,
    /// `credentials`
    pub credentials: bool,
    /// `maxAge`
    pub max_age: Option<Duration>,
}

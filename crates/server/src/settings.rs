//! What the door needs to know besides the flows.

use std::time::Duration;

use stagedoor_signin::origin::OriginPattern;
use url::Url;

/// How the server presents itself.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// `app.baseUrl`
    pub app_url: Url,
    /// `app.title`
    pub app_title: String,
    /// `backend.baseUrl`
    pub base_url: Url,
    /// `auth.environment`: whose providers the sign-in page shows.
    pub environment: String,
    /// `backend.cors`; `None` sends no CORS headers.
    pub cors: Option<CorsSettings>,
    /// Whether this is `stagedoor dev`, which pages say plainly.
    pub dev: bool,
    /// How long a request may take.
    pub request_timeout: Duration,
}

impl ServerSettings {
    /// The base of all auth routes, which is also the issuer of tokens.
    #[must_use]
    pub fn auth_url(&self) -> String {
        auth_url(&self.base_url)
    }
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

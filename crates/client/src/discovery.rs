//! Where the plugins of a backend are: Backstage's `DiscoveryApi`.

use async_trait::async_trait;
use url::Url;

use crate::auth::AuthError;

/// Tells where a plugin is.
#[async_trait]
pub trait DiscoveryApi: Send + Sync + 'static {
    /// The base of the plugin's routes, as `https://backstage.example.com/api/auth`.
    ///
    /// # Errors
    /// When it is nowhere.
    async fn get_base_url(&self, plugin_id: &str) -> Result<Url, AuthError>;
}

/// Plugins whose addresses differ in their id only: Backstage's
/// `UrlPatternDiscovery`.
///
/// ```
/// use stagedoor_client::discovery::{DiscoveryApi, UrlPatternDiscovery};
///
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// let discovery = UrlPatternDiscovery::compile("https://backstage.example.com/api/{{pluginId}}")?;
/// let auth = discovery.get_base_url("auth").await?;
/// assert_eq!(auth.as_str(), "https://backstage.example.com/api/auth");
/// # Ok(())
/// # }
/// # futures_util::FutureExt::now_or_never(f()).unwrap().unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct UrlPatternDiscovery(String);

/// What stands for the plugin's id.
const PLUGIN_ID: &str = "{{pluginId}}";

impl UrlPatternDiscovery {
    /// A pattern with `{{pluginId}}` in it.
    ///
    /// # Errors
    /// When it makes no address.
    pub fn compile(pattern: &str) -> Result<Self, url::ParseError> {
        let pattern = pattern
            .trim_end_matches('/')
            .replace("{{ pluginId }}", PLUGIN_ID);
        Url::parse(&pattern.replace(PLUGIN_ID, "plugin"))?;
        Ok(Self(pattern))
    }

    /// The plugins of the backend at `base_url` (`backend.baseUrl`).
    ///
    /// # Errors
    /// When that is no address.
    pub fn of_backend(base_url: &str) -> Result<Self, url::ParseError> {
        Self::compile(&format!(
            "{}/api/{PLUGIN_ID}",
            base_url.trim_end_matches('/')
        ))
    }
}

#[async_trait]
impl DiscoveryApi for UrlPatternDiscovery {
    async fn get_base_url(&self, plugin_id: &str) -> Result<Url, AuthError> {
        let url = Url::parse(&self.0.replace(PLUGIN_ID, plugin_id));
        url.map_err(|error| AuthError::local("the plugin has no address", error))
    }
}

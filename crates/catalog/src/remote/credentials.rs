//! What a catalog is shown so that it answers (contract §10).

use std::error::Error;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

/// A token that a catalog accepts. `Debug` hides it.
#[derive(Debug, Clone)]
pub struct CatalogToken(SecretString);

impl CatalogToken {
    /// The token as it stands after `Bearer`.
    #[must_use]
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(token.into())
    }

    /// The token, for the wire.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// There is no token to show. `Display` is for the log and holds no secret.
#[derive(Debug, thiserror::Error)]
#[error("no token for the catalog could be made: {0}")]
pub struct NoCatalogToken(#[source] Box<dyn Error + Send + Sync>);

impl NoCatalogToken {
    /// There is none because of `cause`.
    pub fn because(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// Where the tokens for a catalog come from.
#[async_trait]
pub trait CatalogCredentials: Send + Sync + 'static {
    /// A token that is good for at least one more request. Asked for before
    /// every request: keep it while it lasts.
    ///
    /// # Errors
    /// When none can be made.
    async fn authorization(&self) -> Result<CatalogToken, NoCatalogToken>;

    /// What an operator should look at when the catalog refuses the token; it
    /// ends up in the log.
    fn when_refused(&self) -> &str;
}

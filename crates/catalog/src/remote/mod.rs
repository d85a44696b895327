//! A Backstage catalog over HTTP (contract §10).

mod credentials;
mod failure;
mod filter_query;
mod look_ups;
mod matching;
mod question;
mod transport;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use stagedoor_ambient::{SharedClock, SharedTraceContext};
use stagedoor_identity::EntityRef;
use url::Url;

pub use credentials::{CatalogCredentials, CatalogToken, NoCatalogToken};
pub use look_ups::MAX_STALENESS;

use crate::{Catalog, CatalogError, Entity, EntityFilter};
use look_ups::{Found, LookUps};
use question::Question;
use transport::Transport;

/// Which catalog, and how patiently it is asked.
#[derive(Debug, Clone)]
pub struct RemoteCatalogSettings {
    /// Its base, for example `http://localhost:7007/api/catalog`.
    pub base_url: Url,
    /// How long one look-up may take, all attempts included.
    pub timeout: Duration,
    /// Certificate authorities trusted besides the system's: PEM files, each
    /// with one or more certificates.
    pub extra_ca_pems: Vec<Vec<u8>>,
    /// Told to the catalog, so that its traces and ours are one; `None` tells
    /// it nothing.
    pub trace_context: Option<SharedTraceContext>,
}

impl RemoteCatalogSettings {
    /// The catalog at `base_url`, with ten seconds for a look-up.
    #[must_use]
    pub fn at(base_url: Url) -> Self {
        Self {
            base_url,
            timeout: Duration::from_secs(10),
            extra_ca_pems: Vec::new(),
            trace_context: None,
        }
    }
}

/// The settings of a remote catalog can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteCatalogError {
    /// The base URL is not one to ask.
    #[error("{url} can't be a catalog's base URL: {reason}")]
    BaseUrl {
        /// The URL, without a password.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The HTTP client could not be built.
    #[error("the HTTP client for the catalog could not be set up: {0}")]
    Client(#[source] reqwest::Error),
}

/// The catalog of a running Backstage.
///
/// A look-up is one `GET` with a token, within a time-out; it is repeated up to
/// twice when the catalog can't be reached or is not up yet (502, 503, 504).
/// Equal look-ups at the same time are one request, and who was found is
/// remembered for [`MAX_STALENESS`]; who was not found, never. When the
/// catalog fails, so does the look-up: nobody is signed in on old knowledge.
pub struct RemoteCatalog {
    base_url: Url,
    transport: Arc<Transport>,
    look_ups: Arc<LookUps>,
}

impl RemoteCatalog {
    /// The catalog that `settings` describe, shown the tokens of `credentials`.
    /// No I/O besides reading the system's certificates.
    ///
    /// # Errors
    /// When the base URL is none, or the TLS library can't be set up.
    pub fn new(
        settings: RemoteCatalogSettings,
        credentials: Arc<dyn CatalogCredentials>,
        clock: SharedClock,
    ) -> Result<Self, RemoteCatalogError> {
        let settings = RemoteCatalogSettings {
            base_url: checked(settings.base_url)?,
            ..settings
        };
        let transport =
            Transport::new(&settings, credentials).map_err(RemoteCatalogError::Client)?;
        Ok(Self {
            base_url: settings.base_url,
            transport: Arc::new(transport),
            look_ups: LookUps::new(clock),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    async fn ask(&self, question: Question) -> Result<Arc<[Entity]>, CatalogError> {
        let Some(url) = question.url(&self.base_url) else {
            return Ok(Arc::new([]));
        };
        let transport = self.transport.clone();
        let asked = question.clone();
        let ask = || async move {
            let answer = transport.get(&url).await?;
            Ok(Found {
                entities: asked.read(&answer)?.into(),
                size: answer.body.len(),
            })
        };
        Ok(self.look_ups.answer(question, ask).await?.entities)
    }
}

fn checked(base_url: Url) -> Result<Url, RemoteCatalogError> {
    let reason = if !matches!(base_url.scheme(), "http" | "https") {
        "it must begin with http:// or https://"
    } else if !base_url.username().is_empty() || base_url.password().is_some() {
        "it must not hold a user name or a password"
    } else if base_url.query().is_some() || base_url.fragment().is_some() {
        "it must end with its path"
    } else {
        return Ok(base_url);
    };
    let mut url = base_url;
    // Fails on URLs that can't have a password, which are as good.
    let _ = url.set_password(None);
    Err(RemoteCatalogError::BaseUrl {
        url: failure::shown(url.as_str()),
        reason,
    })
}

impl fmt::Debug for RemoteCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteCatalog")
            .field("base_url", &self.base_url.as_str())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Catalog for RemoteCatalog {
    async fn entity_by_ref(&self, entity_ref: &EntityRef) -> Result<Option<Entity>, CatalogError> {
        let found = self.ask(Question::Ref(entity_ref.clone())).await?;
        Ok(found.first().cloned())
    }

    async fn entities_by_filter(&self, filter: &EntityFilter) -> Result<Vec<Entity>, CatalogError> {
        let found = self.ask(Question::Filter(filter.clone())).await?;
        Ok(found.to_vec())
    }

    fn problem(&self) -> Option<String> {
        self.transport.problem()
    }
}

//! How this process speaks HTTP.

use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, redirect, retry};
use stagedoor_ambient::SharedTraceContext;

/// How this process speaks HTTP to identity providers.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Certificate authorities trusted besides the system's: PEM files, each
    /// with one or more certificates.
    pub extra_ca_pems: Vec<Vec<u8>>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// How long establishing a connection may take.
    pub connect_timeout: Duration,
    /// How long an idle connection is kept for another request. Shorter than
    /// servers keep theirs (Node.js: 5 s): a request on a connection that is
    /// being closed fails, and one that spends a refresh token is not repeated.
    pub idle_timeout: Duration,
    /// Whether `HTTPS_PROXY`, `NO_PROXY` and the like are honoured.
    pub system_proxy: bool,
    /// Told to providers, so that their traces and ours are one; `None` tells
    /// them nothing.
    pub trace_context: Option<SharedTraceContext>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            extra_ca_pems: Vec::new(),
            user_agent: concat!("stagedoor-oidc/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(4),
            system_proxy: true,
            trace_context: None,
        }
    }
}

/// The HTTP settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpSetupError {
    /// A file of certificate authorities is not PEM, or has no certificate in it.
    #[error("extra certificate authorities, file {index}: no PEM certificate could be read")]
    BadCertificate {
        /// Which of [`HttpSettings::extra_ca_pems`], from 0.
        index: usize,
    },
    /// The client's certificate and private key are damaged, or not of one pair.
    #[error(
        "the client certificate cannot be used: it takes a PEM certificate (and those that lead to its authority) and its own unencrypted private key: {0}"
    )]
    BadIdentity(#[source] reqwest::Error),
    /// The client could not be built.
    #[error("the HTTP client could not be set up: {0}")]
    Client(#[source] reqwest::Error),
}

impl HttpSettings {
    /// Whether the extra authorities can be read, without setting up a client.
    ///
    /// # Errors
    /// [`HttpSetupError::BadCertificate`].
    pub fn check_authorities(&self) -> Result<(), HttpSetupError> {
        self.builder().map(drop)
    }

    /// A client that follows no redirect and asks nothing twice, to which more
    /// can be added. It keeps no copy of a request either, which takes time and
    /// may hold a secret.
    pub(super) fn builder(&self) -> Result<ClientBuilder, HttpSetupError> {
        let mut builder = Client::builder()
            .user_agent(&self.user_agent)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(self.idle_timeout)
            .redirect(redirect::Policy::none())
            .retry(retry::never().max_retries_per_request(0))
            .referer(false);
        if !self.system_proxy {
            builder = builder.no_proxy();
        }
        for (index, pem) in self.extra_ca_pems.iter().enumerate() {
            builder = builder.tls_certs_merge(certificates(index, pem)?);
        }
        Ok(builder)
    }
}

/// The certificates of a PEM file, which must have some: an authority that is
/// silently not trusted would be found out only when a sign-in fails.
fn certificates(index: usize, pem: &[u8]) -> Result<Vec<Certificate>, HttpSetupError> {
    Certificate::from_pem_bundle(pem)
        .ok()
        .filter(|found| !found.is_empty())
        .ok_or(HttpSetupError::BadCertificate { index })
}

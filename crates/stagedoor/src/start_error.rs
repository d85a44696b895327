//! Why the auth backend does not start.

use stagedoor_config::ConfigErrors;

/// Why the auth backend does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration has mistakes.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// The configuration is well formed but asks for what can't be.
    #[error("{key}: {problem}")]
    Setting {
        /// The configuration key.
        key: String,
        /// What is wrong, and the way out.
        problem: String,
    },
    /// The catalog's files can't be read.
    #[error("the catalog can't be read: {0}")]
    Catalog(#[from] stagedoor_catalog::FileCatalogError),
    /// The database can't be opened.
    #[error("backend.database, {place}: {source}")]
    Database {
        /// The file, or the server and its port.
        place: String,
        /// Why not.
        source: stagedoor_storage::StorageError,
    },
    /// The HTTP client can't be set up.
    #[error(transparent)]
    Http(#[from] stagedoor_oidc::HttpSetupError),
    /// The signing keys can't be made ready.
    #[error(transparent)]
    Keys(#[from] stagedoor_signin::tokens::TokenError),
    /// TLS can't be served.
    #[error(transparent)]
    Tls(#[from] stagedoor_server::TlsError),
    /// The address can't be listened on.
    #[error(transparent)]
    Listen(#[from] stagedoor_server::ServeError),
    /// Metrics can't be gathered.
    #[error(transparent)]
    Metrics(#[from] stagedoor_server::MetricsError),
    /// The operating system gave no randomness.
    #[error(transparent)]
    NoEntropy(#[from] stagedoor_ambient::NoEntropy),
    /// The demo identity provider does not start.
    #[error(transparent)]
    DemoIdp(#[from] stagedoor_demo_idp::DemoIdpError),
    /// A file of the demo could not be written.
    #[error("the demo's files can't be written: {0}")]
    DemoFiles(#[from] std::io::Error),
}

impl StartError {
    pub(crate) fn setting(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Setting {
            key: key.into(),
            problem: problem.into(),
        }
    }

    /// The same of a setting in the section `key`.
    #[must_use]
    pub(crate) fn within(self, section: &str) -> Self {
        match self {
            Self::Setting { key, problem } => Self::Setting {
                key: format!("{section}.{key}"),
                problem,
            },
            other => other,
        }
    }

    /// Whether the configuration has to change: exit code 2.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        matches!(
            self,
            Self::Config(_) | Self::Setting { .. } | Self::Tls(_) | Self::Catalog(_)
        )
    }
}

//! What an auth backend is made from, and made from again when it changes.

use std::{collections::BTreeMap, sync::Arc};

use stagedoor_ambient::{SharedClock, SharedEntropy, SystemClock, SystemEntropy};
use stagedoor_config::{ConfigFiles, Environment, Known, Loaded, load, load_str};
use stagedoor_oidc::HttpClient;

use crate::{
    OAuthProvider, StartError,
    parts::{Registry, ResolverFactories},
};

/// Where the configuration is, and what was registered in code.
pub(super) struct Inputs {
    pub(super) source: Source,
    pub(super) environment: Environment,
    pub(super) providers: BTreeMap<String, OAuthProvider>,
    pub(super) resolvers: ResolverFactories,
    pub(super) clock: SharedClock,
    pub(super) entropy: SharedEntropy,
    pub(super) dev: bool,
}

pub(super) enum Source {
    Files(ConfigFiles),
    Text(String),
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            source: Source::Files(ConfigFiles::default_in(".")),
            environment: Environment::of_this_process(),
            providers: BTreeMap::new(),
            resolvers: ResolverFactories::default(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy::default()),
            dev: false,
        }
    }
}

impl Inputs {
    /// Reads the configuration, and logs what is odd about it.
    pub(super) fn load(&self) -> Result<Loaded, StartError> {
        let known = Known {
            resolvers: self.resolvers.names(),
            providers: self.providers.keys().cloned().collect(),
        };
        let loaded = match &self.source {
            Source::Files(files) => load(files, &self.environment, &known)?,
            Source::Text(yaml) => load_str(yaml, &self.environment, &known)?,
        };
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        Ok(loaded)
    }

    /// What providers are made with.
    pub(super) fn registry(&self, http: HttpClient) -> Registry<'_> {
        Registry {
            providers: &self.providers,
            resolvers: &self.resolvers,
            http,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
        }
    }

    pub(super) fn node_env(&self) -> Option<&str> {
        self.environment.get("NODE_ENV")
    }
}

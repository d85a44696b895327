//! What an auth backend is built from.

use std::{collections::BTreeMap, sync::Arc};

use stagedoor_ambient::{SharedClock, SharedEntropy, SystemClock, SystemEntropy};
use stagedoor_config::{ConfigFiles, Environment, Known, Loaded, load, load_str};
use stagedoor_oidc::{HttpClient, HttpSettings};
use stagedoor_server::{AppState, Bound, router};
use stagedoor_signin::{Parts, SignIn, resolver::ResolverContext, tokens::TokenService};

use super::{AuthBackend, OAuthProvider, StartError, running::Background};
use crate::parts::{self, ResolverFactories};

/// Builds an [`AuthBackend`].
pub struct AuthBackendBuilder {
    source: Source,
    environment: Environment,
    providers: BTreeMap<String, OAuthProvider>,
    resolvers: ResolverFactories,
    clock: SharedClock,
    entropy: SharedEntropy,
    dev: bool,
}

enum Source {
    Files(ConfigFiles),
    Text(String),
}

impl Default for AuthBackendBuilder {
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

impl AuthBackendBuilder {
    /// Reads these files; without it, `app-config.yaml` and
    /// `app-config.local.yaml` of the current folder.
    #[must_use]
    pub fn config(mut self, files: ConfigFiles) -> Self {
        self.source = Source::Files(files);
        self
    }

    /// Takes the configuration from `yaml` instead of files.
    #[must_use]
    pub fn config_text(mut self, yaml: impl Into<String>) -> Self {
        self.source = Source::Text(yaml.into());
        self
    }

    /// Registers a provider under an id of one's own; its configuration is
    /// read from `auth.providers.<id>`.
    #[must_use]
    pub fn provider(mut self, id: impl Into<String>, provider: OAuthProvider) -> Self {
        self.providers.insert(id.into(), provider);
        self
    }

    /// Makes a resolver available to `signIn.resolvers` by name. `make` is
    /// given the options beside `resolver:`, and says what is wrong with them.
    #[must_use]
    pub fn resolver_factory<R, F>(mut self, name: impl Into<String>, make: F) -> Self
    where
        R: stagedoor_signin::resolver::SignInResolver,
        F: Fn(&serde_json::Value) -> Result<R, String> + Send + Sync + 'static,
    {
        self.resolvers.insert(name.into(), make);
        self
    }

    /// Tells the time in place of the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    pub(crate) fn dev(mut self) -> Self {
        self.dev = true;
        self
    }

    fn load(&self) -> Result<Loaded, StartError> {
        let known = Known {
            resolvers: self.resolvers.names(),
            providers: self.providers.keys().cloned().collect(),
        };
        Ok(match &self.source {
            Source::Files(files) => load(files, &self.environment, &known)?,
            Source::Text(yaml) => load_str(yaml, &self.environment, &known)?,
        })
    }

    /// Reads the configuration, opens the database and the catalog, and
    /// listens. Providers are not waited for.
    ///
    /// # Errors
    /// When the configuration has mistakes, or something it names is not to be
    /// had.
    pub async fn build(self) -> Result<AuthBackend, StartError> {
        let loaded = self.load()?;
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        let settings = &loaded.settings;
        let http = HttpClient::new(HttpSettings::default())?;
        let registry = parts::Registry {
            providers: &self.providers,
            resolvers: &self.resolvers,
            http,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
        };
        let live = parts::live(settings, &registry)?;
        let keychain = parts::keychain(settings, self.environment.get("NODE_ENV"), &*self.entropy)?;
        let storage = parts::storage(settings).await?;
        let user_keys = parts::user_keys(settings, &storage, &registry)?;
        let plugin_keys = parts::shared_plugin_keys(&storage, &registry)?;
        let catalog = parts::catalog(settings, plugin_keys.clone(), self.clock.clone())?;
        let tokens = Arc::new(TokenService::new(
            parts::token_issuer(settings),
            user_keys,
            storage.clone(),
            self.clock.clone(),
        ));
        let sign_in = Arc::new(SignIn::new(Parts {
            live,
            keychain,
            storage,
            resolver_context: ResolverContext::new(catalog.as_catalog(), tokens.clone()),
            tokens,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
        }));
        let state = AppState {
            sign_in: sign_in.clone(),
            plugin_keys: plugin_keys.clone(),
            settings: Arc::new(parts::server_settings(settings, self.dev)?),
        };
        let tls = parts::tls(&settings.backend)?;
        let listen = &settings.backend.listen;
        let bound = Bound::to(listen.host.as_deref().unwrap_or("::"), listen.port).await?;
        let background = Background {
            sign_in,
            plugin_keys,
            catalog,
        };
        Ok(AuthBackend {
            bound,
            router: router(state),
            tls,
            background,
        })
    }
}

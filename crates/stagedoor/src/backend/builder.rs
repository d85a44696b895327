//! What an auth backend is built from.

use std::sync::Arc;

use stagedoor_ambient::{SharedClock, SharedEntropy};
use stagedoor_config::{ConfigFiles, Environment, Settings};
use stagedoor_server::{AppParts, AppState, Bound, InFlight, connections_within_limits, router};
use stagedoor_signin::{
    Parts, RefreshPatience, SignIn,
    resolver::ResolverContext,
    tokens::{KeyRing, TokenService},
};

use super::{
    AuthBackend,
    inputs::{Inputs, Source},
    reload::{Reload, load_and_watch},
    running::Background,
};
use crate::{OAuthProvider, StartError, parts, traces::Traces};

impl AuthBackend {
    /// What it is built from.
    #[must_use]
    pub fn builder() -> AuthBackendBuilder {
        AuthBackendBuilder::default()
    }
}

/// Builds an [`AuthBackend`].
#[derive(Default)]
pub struct AuthBackendBuilder(Inputs);

impl AuthBackendBuilder {
    /// Reads these files; without it, `app-config.yaml` and
    /// `app-config.local.yaml` of the current folder.
    #[must_use]
    pub fn config(mut self, files: ConfigFiles) -> Self {
        self.0.source = Source::Files(files);
        self
    }

    /// Takes the configuration from `yaml` instead of files.
    #[must_use]
    pub fn config_text(mut self, yaml: impl Into<String>) -> Self {
        self.0.source = Source::Text(yaml.into());
        self
    }

    /// Registers a provider under an id of one's own; its configuration is
    /// read from `auth.providers.<id>`.
    #[must_use]
    pub fn provider(mut self, id: impl Into<String>, provider: OAuthProvider) -> Self {
        self.0.providers.insert(id.into(), provider);
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
        self.0.resolvers.insert(name.into(), make);
        self
    }

    /// Tells the time in place of the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.0.clock = clock;
        self
    }

    /// Reads `environment` in place of this process's variables and working
    /// directory.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.0.environment = environment;
        self
    }

    pub(crate) fn dev(mut self) -> Self {
        self.0.dev = true;
        self
    }

    /// Reads the configuration, opens the database and the catalog, and
    /// listens. Providers are not waited for.
    ///
    /// # Errors
    /// When the configuration has mistakes, or something it names is not to be
    /// had.
    pub async fn build(self) -> Result<AuthBackend, StartError> {
        let inputs = self.0;
        gather_entropy(inputs.entropy.clone());
        let (loaded, watched) = load_and_watch(&inputs)?;
        let settings = &loaded.settings;
        let authorities = parts::extra_authorities(&inputs.environment);
        let traces = parts::traces(settings, &authorities)?;
        let trace_context = traces.as_ref().map(Traces::context);
        let http = parts::http_client(&authorities, trace_context.clone())?;
        let registry = inputs.registry(http.clone());
        let live = parts::live(settings, &registry)?;
        let keychain = parts::keychain(settings, inputs.node_env(), &*inputs.entropy)?;
        let storage = parts::storage(settings).await?;
        let user_keys = parts::user_keys(settings, &storage, &registry)?;
        let plugin_keys = parts::shared_plugin_keys(&storage, &registry)?;
        let catalog = parts::catalog(
            settings,
            plugin_keys.clone(),
            authorities,
            trace_context,
            inputs.clock.clone(),
        )?;
        let tokens = Arc::new(TokenService::new(
            parts::token_issuer(settings),
            user_keys,
            storage.clone(),
            inputs.clock.clone(),
        ));
        let [_, places] = parts::limits(settings);
        let sign_in = Arc::new(SignIn::new(Parts {
            live,
            keychain,
            storage,
            resolver_context: ResolverContext::new(catalog.as_catalog(), tokens.clone()),
            tokens,
            places,
            patience: RefreshPatience::default(),
            clock: inputs.clock.clone(),
            entropy: inputs.entropy.clone(),
        }));
        let state = state(&inputs, settings, &sign_in, &plugin_keys, traces.as_ref())?;
        let tls = parts::tls(&settings.backend)?;
        let settling_time = parts::settling_time(settings);
        let metrics = parts::metrics(settings, &state).await?;
        let reload = Reload::new(inputs, http, watched, &state);
        Ok(AuthBackend {
            bound: bound(settings).await?,
            router: router(state),
            tls,
            settling_time,
            traces,
            background: Background {
                sign_in,
                plugin_keys,
                catalog,
                reload,
                metrics,
            },
        })
    }
}

/// Seeds the generator beside everything else: AWS-LC measures the jitter of the
/// processor for some 20 ms before it gives its first random byte.
fn gather_entropy(entropy: SharedEntropy) {
    tokio::task::spawn_blocking(move || entropy.fill(&mut [0]));
}

/// What every route can reach.
fn state(
    inputs: &Inputs,
    settings: &Settings,
    sign_in: &Arc<SignIn>,
    plugin_keys: &Arc<KeyRing>,
    traces: Option<&Traces>,
) -> Result<AppState, StartError> {
    let [_, requests] = parts::limits(settings);
    let state = AppState::new(AppParts {
        sign_in: sign_in.clone(),
        plugin_keys: plugin_keys.clone(),
        configuration: Arc::default(),
        settings: Arc::new(parts::server_settings(settings, inputs.dev)?),
        rate_limits: Arc::new(parts::rate_limits(settings)),
        in_flight: Arc::new(InFlight::at_most(requests)),
        traces: traces.map(Traces::of_requests),
    });
    state.configuration.is(parts::fingerprint(settings));
    Ok(state)
}

/// Listens where `backend.listen` says.
async fn bound(settings: &Settings) -> Result<Bound, StartError> {
    let [connections, requests] = parts::limits(settings);
    let listen = &settings.backend.listen;
    let bound = Bound::to(listen.host.as_deref(), listen.port).await?;
    Ok(bound.at_most(connections_within_limits(connections, requests)))
}

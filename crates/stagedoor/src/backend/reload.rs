//! The configuration, changed while running.
//!
//! A good change replaces providers, origins and session secrets as a whole;
//! requests and flows under way finish with what they began with. A bad one is
//! refused, said in the log and in readiness, and the old one serves on. What
//! else a configuration holds (addresses, the database, the catalog's place,
//! keys) takes a restart.

use std::{path::PathBuf, sync::Arc, time::Duration};

use stagedoor_config::{Loaded, Watcher, watch};
use stagedoor_oidc::HttpClient;
use stagedoor_server::{AppState, ConfigurationStatus};
use stagedoor_signin::{Live, SignIn, audit};
use tokio::task::JoinSet;

use super::inputs::{Inputs, Source};
use crate::{StartError, parts};

/// How long new providers may take to answer before they are put to work all
/// the same.
const WARM_UP: Duration = Duration::from_millis(500);

/// How long until files that can't be watched are tried again, and read: a
/// process that had no file descriptors left has some by then.
const WATCH_AGAIN: Duration = Duration::from_secs(30);

/// Watches the configuration's files, and SIGHUP.
pub(super) struct Reload {
    inputs: Inputs,
    http: HttpClient,
    files: Vec<PathBuf>,
    /// Watches since the start.
    watcher: Option<Watcher>,
    sign_in: Arc<SignIn>,
    status: Arc<ConfigurationStatus>,
}

impl Reload {
    pub(super) fn new(
        inputs: Inputs,
        http: HttpClient,
        (files, watcher): Watched,
        state: &AppState,
    ) -> Self {
        Self {
            inputs,
            http,
            files,
            watcher,
            sign_in: state.sign_in.clone(),
            status: state.configuration.clone(),
        }
    }

    /// Applies every change, for ever.
    pub(super) async fn run(mut self) {
        if matches!(self.inputs.source, Source::Text(_)) {
            return;
        }
        let mut hang_up = HangUp::new();
        let mut watcher = self.watcher.take();
        loop {
            tokio::select! {
                () = changed(&mut watcher) => {}
                () = hang_up.received() => {}
                () = tokio::time::sleep(WATCH_AGAIN), if watcher.is_none() => {
                    watcher = watch(&self.files).ok();
                    if watcher.is_none() {
                        continue;
                    }
                    tracing::info!("the configuration's files are watched again");
                }
            }
            watcher = self.apply_and_watch(watcher).await;
        }
    }

    /// Applies what is in the files, and watches those that are included now.
    async fn apply_and_watch(&mut self, mut watcher: Option<Watcher>) -> Option<Watcher> {
        loop {
            let read = watcher.as_ref().map(Watcher::content);
            self.apply().await;
            let next = watch_files(&self.files);
            // What changed since it was read is no change to who watches from now.
            let is_current = watcher.as_ref().map(Watcher::content) == read;
            watcher = next;
            if is_current {
                return watcher;
            }
        }
    }

    async fn apply(&mut self) {
        match self.load().await {
            Ok(()) => {
                let generation = self.status.accepted();
                audit::configuration_changed(generation);
            }
            Err(error) => {
                if let StartError::Config(errors) = &error {
                    self.files = errors.files().to_vec();
                }
                let problem = error.to_string();
                audit::configuration_refused(&problem);
                self.status.refused(problem);
            }
        }
    }

    async fn load(&mut self) -> Result<(), StartError> {
        let loaded = self.inputs.load()?;
        let settings = &loaded.settings;
        let live = parts::live(settings, &self.inputs.registry(self.http.clone()))?;
        // Without a secret the random one of this process goes on.
        let keychain = match settings.auth.session_secrets.is_empty() {
            true => None,
            false => Some(parts::keychain(
                settings,
                self.inputs.node_env(),
                &*self.inputs.entropy,
            )?),
        };
        warm_up(&live).await;
        self.status.is(parts::fingerprint(settings));
        if let Some(keychain) = keychain {
            self.sign_in.replace_keychain(keychain);
        }
        self.sign_in.replace(live);
        self.files = loaded.to_watch();
        Ok(())
    }
}

/// Files of a configuration, and what tells when they change.
type Watched = (Vec<PathBuf>, Option<Watcher>);

/// Reads the configuration, and watches it from then on: what changes while
/// the rest of the process is still to be started is a change, too.
pub(super) fn load_and_watch(inputs: &Inputs) -> Result<(Loaded, Watched), StartError> {
    let loaded = inputs.load()?;
    let files = loaded.to_watch();
    let watcher = match inputs.source {
        Source::Text(_) => None,
        Source::Files(_) => watch_files(&files),
    };
    Ok((loaded, (files, watcher)))
}

fn watch_files(files: &[PathBuf]) -> Option<Watcher> {
    watch(files)
        .inspect_err(|error| tracing::warn!(%error, "a change takes SIGHUP to be seen"))
        .ok()
}

/// Lets new providers fetch what they need, so that the first sign-in after a
/// change does not wait for it.
async fn warm_up(live: &Live) {
    let mut asking = JoinSet::new();
    for provider in live.providers.iter().cloned() {
        asking.spawn(async move { provider.authenticator.keep_current().await });
    }
    let _ = tokio::time::timeout(WARM_UP, asking.join_all()).await;
}

async fn changed(watcher: &mut Option<Watcher>) {
    if let Some(watcher) = watcher
        && watcher.changed().await
    {
        return;
    }
    std::future::pending().await
}

/// SIGHUP, where there is such a thing.
struct HangUp {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl HangUp {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn received(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

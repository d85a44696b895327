//! A fast OpenID provider: everyone is signed in already and has consented, so
//! `/authorize` sends people straight back. It checks nothing that would slow
//! it down (no client secret, no code verifier): only ever for load.

mod grants;
mod key;
mod routes;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use clap::ValueEnum;
use serde::Serialize;
use tokio::{net::TcpListener, task::JoinHandle};

use grants::Grants;
use key::SigningKey;

/// The one client it knows.
pub(crate) const CLIENT_ID: &str = "backstage";

/// What happens to a refresh token that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rotation {
    /// It stays good.
    None,
    /// A new one replaces it; the one before is still answered, with the same
    /// new one, until the new one is used.
    Grace,
    /// A new one replaces it; whoever shows it again ends the grant.
    Strict,
}

/// How the provider behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Behaviour {
    pub(crate) rotation: Rotation,
    /// Whether a refresh brings a new ID token; signing it is most of the work.
    pub(crate) id_token_on_refresh: bool,
    /// How long each answer of the token endpoint takes at least.
    pub(crate) delay: Duration,
}

/// What was asked of the provider.
#[derive(Debug, Default)]
struct Counters {
    codes: AtomicU64,
    refreshes: AtomicU64,
    reused: AtomicU64,
    refused: AtomicU64,
}

/// The same, to report.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Asked {
    /// Codes exchanged.
    pub(crate) codes: u64,
    /// Refresh tokens that were good.
    pub(crate) refreshes: u64,
    /// Refresh tokens that had been used before.
    pub(crate) reused: u64,
    /// Codes and refresh tokens that were refused.
    pub(crate) refused: u64,
}

/// Why there is no provider.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    #[error("the provider cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error("no RSA key could be made")]
    Key,
}

/// What all requests share.
struct State {
    issuer: String,
    behaviour: Behaviour,
    key: SigningKey,
    grants: Grants,
    counters: Counters,
}

/// A provider that answers until it is dropped.
pub(crate) struct Provider {
    state: Arc<State>,
    serving: JoinHandle<()>,
}

impl Provider {
    /// Starts one at `address`.
    ///
    /// # Errors
    /// When it can't listen, or make its key.
    pub(crate) async fn start(
        address: SocketAddr,
        behaviour: Behaviour,
    ) -> Result<Self, ProviderError> {
        let failed = |error| ProviderError::Listen(address, error);
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let state = Arc::new(State {
            issuer: issuer(address),
            behaviour,
            key: SigningKey::generate().ok_or(ProviderError::Key)?,
            grants: Grants::default(),
            counters: Counters::default(),
        });
        let router = routes::router(state.clone());
        let serving = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { state, serving })
    }

    /// What was asked of it up to now.
    pub(crate) fn asked(&self) -> Asked {
        let counters = &self.state.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Asked {
            codes: read(&counters.codes),
            refreshes: read(&counters.refreshes),
            reused: read(&counters.reused),
            refused: read(&counters.refused),
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The issuer of a provider at `address`.
pub(crate) fn issuer(address: SocketAddr) -> String {
    format!("http://{address}")
}

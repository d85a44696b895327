//! The auth backend at work: the server, and what happens beside it.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use stagedoor_server::{Bound, Tls};
use stagedoor_signin::{SignIn, tokens::KeyRing};
use tokio::{task::JoinSet, time::MissedTickBehavior};

use super::reload::Reload;
use crate::{
    StartError,
    parts::{CatalogInUse, MetricsPort},
    traces::Traces,
};

/// How often providers that are not known yet are asked again; the relying
/// party spaces its attempts by itself.
const ASK_PROVIDERS: Duration = Duration::from_secs(2);
/// How often keys are looked after.
const LOOK_AFTER_KEYS: Duration = Duration::from_secs(10);
/// How often, about, what has expired is removed, and how much at a time.
const REMOVE_EXPIRED: Duration = Duration::from_secs(60);
const BATCH: u32 = 500;
/// How often sessions are counted, which reads an index of all of them.
const COUNT_SESSIONS: Duration = Duration::from_secs(60);
/// How often metrics are kept from growing.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Backstage's auth backend, listening.
pub struct AuthBackend {
    pub(super) bound: Bound,
    pub(super) router: Router,
    pub(super) tls: Option<Tls>,
    pub(super) settling_time: Duration,
    pub(super) traces: Option<Traces>,
    pub(super) background: Background,
}

impl AuthBackend {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.bound.address()
    }

    /// Makes the keys that sign, where there are none yet: before the first
    /// request asks for one, since that takes a write.
    pub(crate) fn make_first_keys(
        &self,
    ) -> impl Future<Output = Result<(), StartError>> + Send + use<> {
        let sign_in = self.background.sign_in.clone();
        let plugin_keys = self.background.plugin_keys.clone();
        async move {
            sign_in.tokens().keys().current().await?;
            plugin_keys.current().await?;
            Ok(())
        }
    }

    /// Serves until the process is asked to stop.
    ///
    /// # Errors
    /// When the catalog's files can't be watched.
    pub async fn serve(self) -> Result<(), StartError> {
        self.serve_until(stop_signal()).await
    }

    /// Serves until `shutdown`, then lets the requests under way finish.
    ///
    /// # Errors
    /// As [`AuthBackend::serve`].
    pub async fn serve_until(
        self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), StartError> {
        self.make_first_keys().await?;
        tokio::time::sleep(self.settling_time).await;
        let _watching = self.background.catalog.watch()?;
        let _tasks = self.background.start();
        tracing::info!(address = %self.bound.address(), version = crate::version::DESCRIBED, "listening");
        self.bound.serve(self.router, self.tls, shutdown).await;
        if let Some(traces) = self.traces {
            traces.end().await;
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// What goes on beside the requests.
pub(super) struct Background {
    pub(super) sign_in: Arc<SignIn>,
    pub(super) plugin_keys: Arc<KeyRing>,
    pub(super) catalog: CatalogInUse,
    pub(super) reload: Reload,
    pub(super) metrics: Option<MetricsPort>,
}

impl Background {
    /// Starts it all; it ends when the set is dropped.
    fn start(self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(ask_providers(self.sign_in.clone()));
        tasks.spawn(look_after_keys(self.sign_in.clone(), self.plugin_keys));
        if let Some(port) = self.metrics {
            tasks.spawn(tell_metrics(port, self.sign_in.clone()));
        }
        tasks.spawn(remove_expired(self.sign_in));
        tasks.spawn(self.reload.run());
        tasks
    }
}

async fn ask_providers(sign_in: Arc<SignIn>) {
    let mut ticks = every(ASK_PROVIDERS);
    loop {
        ticks.tick().await;
        let mut asking = JoinSet::new();
        for provider in sign_in.live().providers.iter().cloned() {
            asking.spawn(async move { provider.authenticator.keep_current().await });
        }
        asking.join_all().await;
    }
}

async fn look_after_keys(sign_in: Arc<SignIn>, plugin_keys: Arc<KeyRing>) {
    let mut ticks = every(LOOK_AFTER_KEYS);
    loop {
        ticks.tick().await;
        for keys in [sign_in.tokens().keys(), &plugin_keys] {
            if let Err(error) = keys.announce_next().await {
                tracing::warn!(%error, "the next signing key could not be made, it will be tried again");
            }
        }
    }
}

async fn remove_expired(sign_in: Arc<SignIn>) {
    loop {
        // Nodes that were started together don't do it together.
        tokio::time::sleep(sign_in.about(REMOVE_EXPIRED)).await;
        match sign_in.remove_expired(BATCH).await {
            Ok(0) => {}
            Ok(removed) => tracing::debug!(removed, "removed expired sessions"),
            Err(error) => tracing::warn!(
                detail = error.detail(),
                "expired sessions could not be removed"
            ),
        }
    }
}

async fn tell_metrics(port: MetricsPort, sign_in: Arc<SignIn>) {
    let serving = port.bound.serve(port.router, None, std::future::pending());
    let keeping_up = async {
        let mut ticks = every(METRICS_UPKEEP);
        loop {
            ticks.tick().await;
            port.metrics.keep_up();
        }
    };
    let counting = async {
        loop {
            match sign_in.count_sessions().await {
                Ok(sessions) => port.metrics.sessions(sessions),
                Err(error) => {
                    tracing::warn!(detail = error.detail(), "sessions could not be counted");
                }
            }
            tokio::time::sleep(sign_in.about(COUNT_SESSIONS)).await;
        }
    };
    tokio::join!(serving, keeping_up, counting);
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// SIGTERM or Ctrl-C.
pub(crate) async fn stop_signal() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

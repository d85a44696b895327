//! `stagedoor dev`: everything in one process, for development only.
//!
//! The server, a demo identity provider on an origin of its own, a small
//! catalog, a database in memory; on loopback addresses only.

use std::{
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use stagedoor_ambient::{NoEntropy, SystemClock, SystemEntropy, random_bytes};
use stagedoor_demo_idp::{DemoClient, DemoIdp, DemoSettings};
use tempfile::TempDir;
use tokio::sync::watch;
use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};
use url::Url;

use crate::{AuthBackend, StartError};

mod config;

const PEOPLE: &str = include_str!("people.yaml");

/// Where the demo listens.
#[derive(Debug, Clone, Copy)]
pub struct DevPorts {
    /// The server's port.
    pub server: u16,
    /// The demo identity provider's port.
    pub identity_provider: u16,
}

/// The demo, listening.
pub struct Demo {
    backend: AuthBackend,
    identity_provider: DemoIdp,
    url: Url,
    /// Holds the catalog's file while the demo runs.
    folder: TempDir,
}

impl Demo {
    /// Starts listening on `ports`.
    ///
    /// # Errors
    /// When a port is taken.
    pub async fn start(ports: DevPorts) -> Result<Self, StartError> {
        let folder = tempfile::Builder::new()
            .prefix("stagedoor-dev-")
            .tempdir()?;
        let catalog = people_file(folder.path());
        std::fs::write(&catalog, PEOPLE)?;
        let url = origin(ports.server)?;
        let client_secret = random_secret()?;
        let identity_provider = start_identity_provider(ports, &url, &client_secret).await?;
        let backend = AuthBackend::builder()
            .config_text(config::yaml(&config::Values {
                url: &url,
                port: ports.server,
                metadata_url: &identity_provider.metadata_url(),
                client_secret: client_secret.expose_secret(),
                session_secret: random_secret()?.expose_secret(),
                catalog: &catalog,
            }))
            .dev()
            .build()
            .await?;
        Ok(Self {
            backend,
            identity_provider,
            url,
            folder,
        })
    }

    /// Where to open it.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The catalog's file: a change of it takes effect at once.
    #[must_use]
    pub fn catalog(&self) -> PathBuf {
        people_file(self.folder.path())
    }

    /// Runs until `shutdown`.
    ///
    /// # Errors
    /// As [`AuthBackend::serve`].
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), StartError> {
        // Not told: they are no news to somebody who tries this out.
        let keys = self.backend.make_first_keys();
        keys.with_subscriber(NoSubscriber::default()).await?;
        let (stop, stopped) = watch::channel(false);
        let wait = |mut stopped: watch::Receiver<bool>| async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let backend = self.backend.serve_until(wait(stopped.clone()));
        let identity_provider = self.identity_provider.serve(wait(stopped));
        let stopping = async {
            shutdown.await;
            let _ = stop.send(true);
        };
        let (backend, identity_provider, ()) = tokio::join!(backend, identity_provider, stopping);
        backend?;
        Ok(identity_provider?)
    }
}

async fn start_identity_provider(
    ports: DevPorts,
    url: &Url,
    client_secret: &SecretString,
) -> Result<DemoIdp, StartError> {
    let callback = format!(
        "{}/{}/handler/frame",
        stagedoor_server::auth_url(url),
        config::PROVIDER_ID
    );
    let callback =
        Url::parse(&callback).map_err(|error| StartError::setting("--port", error.to_string()))?;
    let mut settings = DemoSettings::on(SocketAddr::from((
        Ipv4Addr::LOCALHOST,
        ports.identity_provider,
    )));
    settings.clients.push(DemoClient {
        client_id: config::CLIENT_ID.to_owned(),
        client_secret: Some(client_secret.clone()),
        redirect_uris: vec![callback],
        post_logout_redirect_uris: vec![url.clone()],
    });
    Ok(DemoIdp::bind(
        settings,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy::default()),
    )
    .await?)
}

fn people_file(folder: &Path) -> PathBuf {
    folder.join("people.yaml")
}

fn origin(port: u16) -> Result<Url, StartError> {
    Url::parse(&format!("http://localhost:{port}"))
        .map_err(|error| StartError::setting("--port", error.to_string()))
}

fn random_secret() -> Result<SecretString, NoEntropy> {
    Ok(URL_SAFE_NO_PAD
        .encode(random_bytes::<32>(&SystemEntropy::default())?)
        .into())
}

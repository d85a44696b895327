//! Starting and serving a provider.

use std::{future::IntoFuture as _, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use stagedoor_ambient::{SharedClock, SharedEntropy};
use tokio::{net::TcpListener, sync::oneshot};
use url::Url;

use crate::{Control, DemoIdpError, DemoSettings, issuer::Issuer, provider::Provider, routes};

/// A provider that is bound to its port.
#[derive(Debug)]
pub struct DemoIdp {
    listener: TcpListener,
    address: SocketAddr,
    provider: Arc<Provider>,
}

impl DemoIdp {
    /// How long connections may take to finish once the server is to stop.
    const GRACE: Duration = Duration::from_secs(2);

    /// Binds the port. The signing key is made in the background, so this
    /// returns at once; the first to need the key waits for it.
    ///
    /// # Errors
    /// When the address is not a loopback address, the port cannot be bound,
    /// or the settings contradict themselves.
    pub async fn bind(
        settings: DemoSettings,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, DemoIdpError> {
        settings.check()?;
        let failed = |source: io::Error| DemoIdpError::Bind {
            address: settings.listen,
            source,
        };
        let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let issuer = match &settings.issuer {
            Some(issuer) => Issuer::new(issuer.clone())?,
            None => default_issuer(address.port())?,
        };
        let provider = Arc::new(Provider::new(
            settings,
            issuer,
            address.port(),
            clock,
            entropy,
        ));
        let warm = Arc::clone(&provider);
        tokio::spawn(async move {
            if let Err(error) = warm.keys.current().await {
                tracing::error!(%error, "demo identity provider has no signing key");
            }
        });
        Ok(Self {
            listener,
            address,
            provider,
        })
    }

    /// The issuer. As a URL it is written with a `/` at its end when it has no
    /// path; the issuer identifier in tokens and metadata has none.
    #[must_use]
    pub fn issuer(&self) -> &Url {
        self.provider.issuer.url()
    }

    /// Where the discovery document is.
    #[must_use]
    pub fn metadata_url(&self) -> Url {
        self.provider.issuer.metadata_url()
    }

    /// The address it listens on, with its real port.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// A handle to change it while it runs.
    #[must_use]
    pub fn control(&self) -> Control {
        Control(Arc::clone(&self.provider))
    }

    /// Serves until `shutdown` is done; requests under way get two seconds to
    /// finish.
    ///
    /// # Errors
    /// [`DemoIdpError::Serve`].
    pub async fn serve(
        self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), DemoIdpError> {
        let (stop, stopped) = oneshot::channel::<()>();
        let server = axum::serve(self.listener, routes::router(self.provider))
            .with_graceful_shutdown(async move { stopped.await.unwrap_or_default() });
        let mut server = pin!(server.into_future());
        tokio::select! {
            ended = &mut server => return ended.map_err(DemoIdpError::Serve),
            () = shutdown => drop(stop),
        }
        match tokio::time::timeout(Self::GRACE, server).await {
            Ok(ended) => ended.map_err(DemoIdpError::Serve),
            Err(_) => Ok(()),
        }
    }
}

fn default_issuer(port: u16) -> Result<Issuer, DemoIdpError> {
    let text = format!("http://localhost:{port}");
    let url = Url::parse(&text).map_err(|error| DemoIdpError::Serve(io::Error::other(error)))?;
    Issuer::new(url)
}

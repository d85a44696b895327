//! Listening, and stopping gracefully.

use std::{
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::{stalled::Unstalled, tls::Tls};

/// A client has this long to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Request line and headers together; cookies of a moved-over Backstage can
/// hold a long refresh token in pieces.
const MAX_HEADER_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// How long a client may leave unread what it is sent.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// More connections at once wait until one ends. Each may hold
/// [`MAX_HEADER_BYTES`] for [`HEADER_TIMEOUT`], so this bounds the memory that
/// anyone can take.
const MAX_CONNECTIONS: usize = 4_096;
/// How long requests under way may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(15);
/// How long to wait when no more connections can be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why the server can't listen.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct ServeError {
    /// Where.
    pub address: String,
    /// Why not.
    pub source: io::Error,
}

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Listens on `host` and `port`; port 0 takes any that is free. Without a
    /// host, on every address the machine has.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub async fn to(host: Option<&str>, port: u16) -> Result<Self, ServeError> {
        let failed = |source| ServeError {
            address: format!("{}:{port}", host.unwrap_or("*")),
            source,
        };
        let listener = match host {
            Some(host) => TcpListener::bind((host, port)).await,
            None => match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
                // A machine without IPv6 says so in this or another way.
                Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await
                }
                outcome => outcome,
            },
        }
        .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown`, then lets the requests under way finish.
    pub async fn serve(
        self,
        router: Router,
        tls: Option<Tls>,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        self.serve_at_most(MAX_CONNECTIONS, router, tls, shutdown)
            .await;
    }

    async fn serve_at_most(
        self,
        connections: usize,
        router: Router,
        tls: Option<Tls>,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let places = Arc::new(Semaphore::new(connections));
        let graceful = GracefulShutdown::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                accepted = accept(&self.listener, &places) => match accepted {
                    Ok((stream, place)) => {
                        // Small answers should not wait for more to come.
                        let _ = stream.set_nodelay(true);
                        match &tls {
                            None => answer(stream, router.clone(), graceful.watcher(), place),
                            Some(tls) => {
                                let handshake = answer_encrypted(stream, tls.clone(), router.clone(), graceful.watcher(), place);
                                tokio::spawn(handshake);
                            }
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                () = &mut shutdown => break,
            }
        }
        drop(self.listener);
        tokio::select! {
            () = graceful.shutdown() => {}
            () = tokio::time::sleep(GRACE) => tracing::warn!("some requests did not finish in time"),
        }
    }
}

/// The next connection, and the place it takes until it ends.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let place = places
        .clone()
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

async fn answer_encrypted(
    stream: TcpStream,
    tls: Tls,
    router: Router,
    watcher: Watcher,
    place: OwnedSemaphorePermit,
) {
    match tokio::time::timeout(HEADER_TIMEOUT, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => answer(stream, router, watcher, place),
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    watcher: Watcher,
    place: OwnedSemaphorePermit,
) {
    let stream = Unstalled::new(stream, STALL_TIMEOUT);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = watcher.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(place);
    });
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::oneshot,
        time::timeout,
    };

    use super::*;

    #[tokio::test]
    async fn one_connection_too_many_waits_for_a_place() {
        let bound = Bound::to(Some("127.0.0.1"), 0).await.unwrap();
        let address = bound.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().route("/", get(|| async { "here" }));
        let serving = tokio::spawn(bound.serve_at_most(1, router, None, async {
            let _ = stopped.await;
        }));
        let silent = TcpStream::connect(address).await.unwrap();
        let mut next = TcpStream::connect(address).await.unwrap();
        next.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        let waiting = timeout(Duration::from_millis(200), next.read_to_string(&mut answer));
        assert!(waiting.await.is_err(), "{answer}");
        drop(silent);
        next.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here"), "{answer}");
        stop.send(()).unwrap();
        serving.await.unwrap();
    }
}

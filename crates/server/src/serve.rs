//! Listening, and stopping gracefully.

use std::{
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use axum::Router;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time::Instant,
};

use crate::{
    client::Peer,
    places::{Place, PlaceKind, Places},
    stalled::Unstalled,
    tls::Tls,
};

/// A client has this long to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Request line and headers together; cookies of a moved-over Backstage can
/// hold a long refresh token in pieces.
const MAX_HEADER_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// How long a client may leave unread what it is sent.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How many connections there may be at once, unless it is said. Each may hold
/// [`MAX_HEADER_BYTES`] for [`HEADER_TIMEOUT`], so this bounds the memory that
/// anyone can take.
const MAX_CONNECTIONS: usize = 4_096;
/// So many more get a short answer: health, or that there is no room.
pub(crate) const RESERVE: usize = 64;
/// A client beyond the limit has this long to send its headers.
const HURRIED: Duration = Duration::from_secs(2);
/// How long requests under way may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(15);
/// How long to wait when no more connections can be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How often to say so.
const ACCEPT_COMPLAINT: Duration = Duration::from_secs(10);

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
    connections: usize,
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
        Ok(Self {
            listener,
            address,
            connections: MAX_CONNECTIONS,
        })
    }

    /// Holds no more than `connections` at once, which are 4,096 otherwise.
    #[must_use]
    pub fn at_most(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
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
        let places = Places::new(self.connections, RESERVE);
        let graceful = GracefulShutdown::new();
        let mut complained = None;
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                accepted = accept(&self.listener, &places) => match accepted {
                    Ok((stream, peer, place)) => {
                        // Small answers should not wait for more to come.
                        let _ = stream.set_nodelay(true);
                        let connection = Connection {
                            service: Service { router: router.clone(), peer, place: place.kind() },
                            watcher: graceful.watcher(),
                            place,
                        };
                        match &tls {
                            None => connection.answer(stream),
                            Some(tls) => {
                                tokio::spawn(connection.answer_encrypted(stream, tls.clone()));
                            }
                        }
                    }
                    // Most likely there are no descriptors left.
                    Err(error) => {
                        complain(&mut complained, &error);
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

/// The next connection, whose it is, and the place it takes until it ends.
async fn accept(listener: &TcpListener, places: &Places) -> io::Result<(TcpStream, Peer, Place)> {
    let place = places.next().await?;
    let (stream, address) = listener.accept().await?;
    Ok((stream, Peer(address.ip()), places.better(place)))
}

fn complain(complained: &mut Option<Instant>, error: &io::Error) {
    let now = Instant::now();
    if complained.is_none_or(|before| now - before > ACCEPT_COMPLAINT) {
        *complained = Some(now);
        tracing::warn!(%error, "connections can't be accepted");
    }
}

/// A connection that was accepted.
struct Connection {
    service: Service,
    watcher: Watcher,
    place: Place,
}

impl Connection {
    async fn answer_encrypted(self, stream: TcpStream, tls: Tls) {
        match tokio::time::timeout(self.patience(), tls.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => self.answer(stream),
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    fn answer(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let stream = Unstalled::new(stream, STALL_TIMEOUT);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience())
            .max_buf_size(MAX_HEADER_BYTES)
            .max_headers(MAX_HEADERS)
            .keep_alive(self.service.place.is_within_limit())
            .serve_connection(TokioIo::new(stream), self.service);
        let connection = self.watcher.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(self.place);
        });
    }

    fn patience(&self) -> Duration {
        match self.service.place.is_within_limit() {
            true => HEADER_TIMEOUT,
            false => HURRIED,
        }
    }
}

/// The router, which is told whose a request is, and whether there is room.
#[derive(Clone)]
struct Service {
    router: Router,
    peer: Peer,
    place: PlaceKind,
}

impl hyper::service::Service<hyper::Request<Incoming>> for Service {
    type Response = <TowerToHyperService<Router> as hyper::service::Service<
        hyper::Request<Incoming>,
    >>::Response;
    type Error =
        <TowerToHyperService<Router> as hyper::service::Service<hyper::Request<Incoming>>>::Error;
    type Future =
        <TowerToHyperService<Router> as hyper::service::Service<hyper::Request<Incoming>>>::Future;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        let extensions = request.extensions_mut();
        extensions.insert(self.peer);
        extensions.insert(self.place);
        hyper::service::Service::call(&TowerToHyperService::new(self.router.clone()), request)
    }
}

#[cfg(test)]
mod tests {
    use axum::{Extension, routing::get};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::oneshot,
        time::timeout,
    };

    use super::*;

    async fn answer_of(stream: &mut TcpStream) -> String {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn connections_beyond_the_limit_are_hurried_and_then_wait() {
        let bound = Bound::to(Some("127.0.0.1"), 0).await.unwrap().at_most(1);
        let address = bound.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let kind = |Extension(kind): Extension<PlaceKind>| async move { format!("{kind:?}") };
        let router = Router::new().route("/", get(kind));
        let serving = tokio::spawn(bound.serve(router, None, async {
            let _ = stopped.await;
        }));
        let silent = TcpStream::connect(address).await.unwrap();
        let mut next = TcpStream::connect(address).await.unwrap();
        let answer = answer_of(&mut next).await;
        assert!(answer.ends_with("Beyond"), "{answer}");

        let mut reserve = Vec::new();
        for _ in 0..RESERVE {
            reserve.push(TcpStream::connect(address).await.unwrap());
        }
        let mut last = TcpStream::connect(address).await.unwrap();
        let waiting = timeout(Duration::from_millis(200), answer_of(&mut last));
        assert!(waiting.await.is_err());
        drop(reserve);
        drop(silent);
        let mut one_more = TcpStream::connect(address).await.unwrap();
        let answer = answer_of(&mut one_more).await;
        assert!(answer.contains("200 OK"), "{answer}");
        stop.send(()).unwrap();
        serving.await.unwrap();
    }
}

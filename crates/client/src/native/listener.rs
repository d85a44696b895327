//! Waits on a loopback address for the browser to come back (RFC 8252 §7.3).

use std::{io, net::Ipv4Addr, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use url::Url;

use super::{
    page::{Said, answer},
    request_head::read_target,
};

const PATH: &str = "/callback";
/// How long a connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many connections may do so at once: browsers open some ahead.
const AT_ONCE: usize = 32;

/// Listens on a port of its own.
pub(super) struct Listener {
    listener: TcpListener,
    port: u16,
}

/// The browser, waiting for its last page.
pub(super) struct Returned {
    stream: TcpStream,
    /// The parameters it brings.
    pub(super) parameters: Vec<(String, String)>,
}

impl Listener {
    pub(super) async fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub(super) fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// The first that comes back with this `state`. Whatever else asks, another
    /// program or the browser for an icon, is not what is waited for.
    pub(super) async fn returned(&self, is_state: impl Fn(&str) -> bool) -> io::Result<Returned> {
        let (comes, mut coming) = mpsc::channel(AT_ONCE);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    // No place left: the connection is closed.
                    if let Ok(place) = comes.clone().try_reserve_owned() {
                        tokio::spawn(async move {
                            if let Some(returned) = self::read(stream).await {
                                place.send(returned);
                            }
                        });
                    }
                }
                Some(returned) = coming.recv() => {
                    let returned: Returned = returned;
                    if returned.one("state").is_some_and(&is_state) {
                        return Ok(returned);
                    }
                    tokio::spawn(returned.close(Said {
                        status: "400 Bad Request",
                        title: "This is not the sign-in that was waited for",
                        text: "Go back to where you started it.",
                    }));
                }
            }
        }
    }
}

/// What a connection asks for, if it comes back from a sign-in.
async fn read(mut stream: TcpStream) -> Option<Returned> {
    let target = timeout(PATIENCE, read_target(&mut stream))
        .await
        .ok()?
        .ok()??;
    let url = Url::parse(&format!("http://127.0.0.1{target}")).ok()?;
    let parameters = url.query_pairs().into_owned().collect();
    let returned = Returned { stream, parameters };
    if url.path() == PATH {
        return Some(returned);
    }
    let said = Said {
        status: "404 Not Found",
        title: "There is no such page",
        text: "",
    };
    returned.close(said).await;
    None
}

impl Returned {
    /// The value of a parameter that must not come twice.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.parameters.iter().filter(|(given, _)| given == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// Shows the last page.
    pub(super) async fn close(mut self, said: Said<'_>) {
        let writing = async {
            self.stream.write_all(answer(&said).as_bytes()).await?;
            self.stream.shutdown().await
        };
        // Nobody may be there to see it any more.
        let _ = timeout(PATIENCE, writing).await;
    }
}

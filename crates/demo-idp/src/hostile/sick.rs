//! A server that breaks the network: raw TCP in place of one endpoint.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How a server is sick.
#[derive(Debug, Clone)]
pub enum Sickness {
    /// It takes connections and never says anything.
    Silence,
    /// It closes every connection at once.
    HangsUp,
    /// It speaks, but not HTTP.
    NoHttp,
    /// Its headers come a byte at a time, with this pause after each.
    SlowHeaders(Duration),
    /// Its body comes a byte at a time, with this pause after each.
    SlowBody(Duration),
    /// Its headers never end.
    EndlessHeaders,
    /// It never gets beyond `100 Continue`.
    EndlessInterim,
    /// Its body never ends.
    EndlessBody,
    /// It promises more than it sends before it hangs up.
    HangsUpHalfWay,
    /// It answers in full, whatever it was asked.
    Answers {
        /// The status.
        status: u16,
        /// Headers beside `Content-Length`.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: String,
    },
}

impl Sickness {
    /// A complete answer of this media type.
    #[must_use]
    pub fn answers(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self::Answers {
            status,
            headers: vec![("Content-Type", content_type.to_owned())],
            body: body.into(),
        }
    }

    /// A redirect.
    #[must_use]
    pub fn redirects(status: u16, location: &str) -> Self {
        Self::Answers {
            status,
            headers: vec![("Location", location.to_owned())],
            body: String::new(),
        }
    }
}

/// A server on a loopback port; it stops when dropped.
#[derive(Debug)]
pub struct SickServer {
    url: String,
    counts: Arc<Counts>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Counts {
    asked: AtomicU64,
    taken: AtomicU64,
}

impl SickServer {
    /// Starts one.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(sickness: Sickness) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/sick", listener.local_addr()?);
        let counts = Arc::new(Counts::default());
        let counting = Arc::clone(&counts);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counting.asked.fetch_add(1, Ordering::Relaxed);
                let (sickness, counts) = (sickness.clone(), Arc::clone(&counting));
                // An error here is the client's hanging up.
                tokio::spawn(async move { Patient { stream, counts }.suffer(sickness).await });
            }
        });
        Ok(Self {
            url,
            counts,
            serving,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many connections it was asked for.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.counts.asked.load(Ordering::Relaxed)
    }

    /// How many bytes clients took from it, those under way included.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.counts.taken.load(Ordering::Relaxed)
    }
}

impl Drop for SickServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// One connection.
struct Patient {
    stream: TcpStream,
    counts: Arc<Counts>,
}

const JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

impl Patient {
    async fn suffer(mut self, sickness: Sickness) -> io::Result<()> {
        if matches!(sickness, Sickness::HangsUp) {
            return Ok(());
        }
        self.read_request().await?;
        match sickness {
            Sickness::HangsUp => Ok(()),
            Sickness::Silence => std::future::pending().await,
            Sickness::NoHttp => self.send(b"220 mail.example ESMTP\r\n").await,
            Sickness::SlowHeaders(pause) => {
                self.send(JSON.as_bytes()).await?;
                self.drip(b"X-Slow: drop after drop after drop\r\n", pause)
                    .await
            }
            Sickness::SlowBody(pause) => {
                self.send(format!("{JSON}Content-Length: 100000\r\n\r\n").as_bytes())
                    .await?;
                self.drip(b" ", pause).await
            }
            Sickness::EndlessHeaders => {
                self.send(JSON.as_bytes()).await?;
                self.repeat(format!("X-More: {}\r\n", "a".repeat(1_000)).as_bytes())
                    .await
            }
            Sickness::EndlessInterim => self.repeat(b"HTTP/1.1 100 Continue\r\n\r\n").await,
            Sickness::EndlessBody => {
                self.send(format!("{JSON}Transfer-Encoding: chunked\r\n\r\n").as_bytes())
                    .await?;
                self.repeat(format!("4000\r\n{}\r\n", " ".repeat(0x4000)).as_bytes())
                    .await
            }
            Sickness::HangsUpHalfWay => {
                self.send(format!("{JSON}Content-Length: 1000\r\n\r\n{{\"a\":").as_bytes())
                    .await
            }
            Sickness::Answers {
                status,
                headers,
                body,
            } => self.answer(status, &headers, &body).await,
        }
    }

    /// To its end: closing before would take the answer back.
    async fn read_request(&mut self) -> io::Result<()> {
        let (mut request, mut piece) = (Vec::new(), [0; 4 * 1024]);
        while !is_whole(&request) {
            match self.stream.read(&mut piece).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => request.extend_from_slice(&piece[..read]),
            }
        }
        Ok(())
    }

    async fn answer(
        &mut self,
        status: u16,
        headers: &[(&str, String)],
        body: &str,
    ) -> io::Result<()> {
        let mut text = format!("HTTP/1.1 {status} Whatever\r\nConnection: close\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        self.send(text.as_bytes()).await?;
        for piece in body.as_bytes().chunks(16 * 1024) {
            self.send(piece).await?;
        }
        self.stream.shutdown().await
    }

    async fn repeat(&mut self, piece: &[u8]) -> io::Result<()> {
        loop {
            self.send(piece).await?;
        }
    }

    async fn drip(&mut self, text: &[u8], pause: Duration) -> io::Result<()> {
        for byte in text.iter().cycle() {
            self.send(&[*byte]).await?;
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.counts
            .taken
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        // Lets the client keep up, so that what it takes is what it reads.
        tokio::task::yield_now().await;
        Ok(())
    }
}

/// Whether all of a request is there, as far as its headers tell.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|it| it.trim().parse().ok()).unwrap_or(0);
    body.len() >= length
}

//! One request again and again, on connections that stay open. It is made anew
//! of the same parts each time and its answer read to the end, and nothing
//! else: what asks must not be slower than what answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use http::{HeaderValue, Request, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};
use url::Url;

use super::error::BenchError;
use crate::{
    failure::Failure,
    measure::{Kind, Measurements},
};

type Body = Empty<Bytes>;

/// What is asked, and how it has to be answered.
#[derive(Clone)]
pub(super) struct Asking {
    host: String,
    port: u16,
    request: Request<()>,
    status: u16,
}

impl Asking {
    /// For `url`, as the one with this token.
    ///
    /// # Errors
    /// When that can't be a request.
    pub(super) fn new(url: &str, status: u16, token: Option<&str>) -> Result<Self, BenchError> {
        let refuse = || BenchError::Url(url.to_owned());
        let parsed = Url::parse(url).map_err(|_| refuse())?;
        let host = parsed.host_str().ok_or_else(refuse)?;
        let port = parsed.port_or_known_default().ok_or_else(refuse)?;
        let path = parsed[url::Position::BeforePath..].to_owned();
        let mut request = Request::get(path).header(header::HOST, format!("{host}:{port}"));
        if let Some(token) = token {
            let mut value =
                HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| refuse())?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            request: request.body(()).map_err(|_| refuse())?,
            status,
        })
    }

    /// Asks for `duration` on so many connections.
    pub(super) async fn go_on(
        &self,
        kind: Kind,
        connections: usize,
        duration: Duration,
        measured: &Arc<Measurements>,
    ) {
        let end = Instant::now() + duration;
        let mut all = JoinSet::new();
        for _ in 0..connections {
            let (asking, measured) = (self.clone(), measured.clone());
            all.spawn(async move { asking.until(end, kind, &measured).await });
        }
        all.join_all().await;
    }

    async fn until(&self, end: Instant, kind: Kind, measured: &Measurements) {
        let mut connection = None;
        while Instant::now() < end {
            // Nothing is asked any more of who has failed.
            if measured
                .time(kind, self.once(&mut connection))
                .await
                .is_err()
            {
                break;
            }
        }
    }

    async fn once(&self, kept: &mut Option<SendRequest<Body>>) -> Result<(), Failure> {
        let mut connection = match kept.take() {
            Some(connection) if !connection.is_closed() => connection,
            _ => self.connect().await?,
        };
        let (parts, ()) = self.request.clone().into_parts();
        connection.ready().await.map_err(|_| Failure::NoAnswer)?;
        let answer = connection
            .send_request(Request::from_parts(parts, Body::new()))
            .await
            .map_err(|_| Failure::NoAnswer)?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await;
        body.map_err(|_| Failure::NoAnswer)?;
        if status != self.status {
            return Err(Failure::Status(status));
        }
        *kept = Some(connection);
        Ok(())
    }

    async fn connect(&self) -> Result<SendRequest<Body>, Failure> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|_| Failure::NoAnswer)?;
        stream.set_nodelay(true).map_err(|_| Failure::NoAnswer)?;
        let (connection, driver) = handshake(TokioIo::new(stream))
            .await
            .map_err(|_| Failure::NoAnswer)?;
        // It ends with the connection.
        tokio::spawn(driver);
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use axum::{Router, extract::State, routing::get};
    use http::StatusCode;
    use tokio::net::TcpListener;

    use super::*;

    /// Something that answers 200 so many times, and then 500; where it is.
    async fn answers(times: u64) -> String {
        let left = Arc::new(AtomicU64::new(times));
        let answer = |State(left): State<Arc<AtomicU64>>| async move {
            let less =
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
            less.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::OK)
        };
        let router = Router::new().route("/asked", get(answer)).with_state(left);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/asked?this")
    }

    #[tokio::test]
    async fn one_answer_that_is_wrong_is_noticed_among_many() {
        let asking = Asking::new(&answers(50).await, 200, None).unwrap();
        let measured = Measurements::shared();
        asking
            .go_on(Kind::Jwks, 1, Duration::from_secs(30), &measured)
            .await;
        assert_eq!(measured.succeeded(Kind::Jwks), 50);
        assert_eq!(measured.first_failure(), Some(("status 500".to_owned(), 1)));
    }

    #[tokio::test]
    async fn what_is_right_is_asked_until_the_time_is_over() {
        let asking = Asking::new(&answers(u64::MAX).await, 200, None).unwrap();
        let measured = Measurements::shared();
        asking
            .go_on(Kind::Jwks, 4, Duration::from_millis(500), &measured)
            .await;
        assert!(measured.succeeded(Kind::Jwks) >= 4);
        assert_eq!(measured.first_failure(), None);
    }
}

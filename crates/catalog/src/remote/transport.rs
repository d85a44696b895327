//! HTTP to a catalog, with every limit in place.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use reqwest::{
    Certificate, Client, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, HeaderValue, LOCATION},
    redirect,
};
use stagedoor_ambient::SharedTraceContext;
use tokio::sync::Semaphore;
use tracing::{Instrument, field::Empty};
use url::{Host, Url};
use zeroize::Zeroizing;

use super::{
    CatalogCredentials, CatalogToken, NoCatalogToken, RemoteCatalogSettings,
    failure::{Failure, described, message_in, shown},
};

/// The most that is read of an answer, in bytes: some hundred users.
pub(super) const BODY_LIMIT: usize = 1 << 20;
/// How many requests may be under way at once; more wait their turn.
const AT_ONCE: usize = 64;
/// How long to wait before asking again, and so how often to ask again.
const BACKOFF: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// How long establishing a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an idle connection is kept: shorter than a Backstage keeps it
/// (Node.js: 5 s), since a request on one that is being closed fails.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// Asks a catalog, with a token.
pub(super) struct Transport {
    client: Client,
    credentials: Arc<dyn CatalogCredentials>,
    timeout: Duration,
    turns: Semaphore,
    trace_context: Option<SharedTraceContext>,
    /// How the last question failed, if it did.
    last_failure: Mutex<Option<Failure>>,
}

/// An answer that means something: 200 or 404, read to its end.
pub(super) struct Answer {
    pub(super) found: bool,
    pub(super) body: Vec<u8>,
    pub(super) endpoint: String,
}

impl Transport {
    /// Asks the catalog that `settings` describe only.
    pub(super) fn new(
        settings: &RemoteCatalogSettings,
        credentials: Arc<dyn CatalogCredentials>,
    ) -> Result<Self, reqwest::Error> {
        let mut builder = Client::builder()
            .user_agent(concat!("stagedoor-catalog/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(redirect::Policy::none())
            .referer(false);
        if is_this_machine(&settings.base_url) {
            builder = builder.no_proxy();
        }
        for pem in &settings.extra_ca_pems {
            builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
        }
        Ok(Self {
            client: builder.build()?,
            credentials,
            timeout: settings.timeout,
            turns: Semaphore::new(AT_ONCE),
            trace_context: settings.trace_context.clone(),
            last_failure: Mutex::default(),
        })
    }

    /// `GET url`, all of it within the time-out: waiting for a turn, a token,
    /// the answer, and for second and third attempts.
    pub(super) async fn get(&self, url: &Url) -> Result<Answer, Failure> {
        let attempts = async {
            // Never closed, so that there is always a turn to wait for.
            let _turn = self.turns.acquire().await;
            self.attempts(url).await
        };
        let started = Instant::now();
        let answer = tokio::time::timeout(self.timeout, attempts)
            .await
            .unwrap_or_else(|_| {
                Err(Failure::TimedOut {
                    endpoint: endpoint(url),
                    seconds: self.timeout.as_secs_f32(),
                })
            });
        let outcome = match &answer {
            Ok(_) => "answered",
            Err(_) => "failed",
        };
        metrics::histogram!("stagedoor_catalog_request_duration_seconds", "outcome" => outcome)
            .record(started.elapsed());
        *self.last_failure() = answer.as_ref().err().cloned();
        answer
    }

    /// How the last question failed, if it did.
    pub(super) fn problem(&self) -> Option<String> {
        self.last_failure().as_ref().map(ToString::to_string)
    }

    fn last_failure(&self) -> MutexGuard<'_, Option<Failure>> {
        self.last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn attempts(&self, url: &Url) -> Result<Answer, Failure> {
        let mut backoff = BACKOFF.into_iter();
        loop {
            match self.attempt(url).await {
                Err(failure) if failure.may_pass() => match backoff.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure),
                },
                outcome => return outcome,
            }
        }
    }

    /// One request, as a span of the trace in which the catalog's own may follow.
    async fn attempt(&self, url: &Url) -> Result<Answer, Failure> {
        let span = tracing::debug_span!(
            target: "stagedoor::trace",
            "catalog",
            otel.name = "GET",
            otel.kind = "client",
            http.request.method = "GET",
            server.address = url.host_str(),
            outcome = Empty,
        );
        let answer = self.ask(url).instrument(span.clone()).await;
        let outcome = if answer.is_ok() { "answered" } else { "failed" };
        span.record("outcome", outcome);
        answer
    }

    async fn ask(&self, url: &Url) -> Result<Answer, Failure> {
        let token = self.credentials.authorization().await?;
        let unreachable = |error: reqwest::Error| Failure::Unreachable {
            endpoint: endpoint(url),
            reason: described(error),
        };
        let mut request = self
            .client
            .get(url.clone())
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, bearer(&token)?);
        let context = self.trace_context.as_ref();
        if let Some(traceparent) = context.and_then(|context| context.traceparent()) {
            request = request.header("traceparent", traceparent);
        }
        let mut response = request.send().await.map_err(unreachable)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(Failure::TooLarge {
                    endpoint: endpoint(url),
                    limit: BODY_LIMIT,
                });
            }
            body.extend_from_slice(&chunk);
        }
        self.judge(&response, body, endpoint(url))
    }

    /// Tells answers from refusals and breakdowns.
    fn judge(
        &self,
        response: &Response,
        body: Vec<u8>,
        endpoint: String,
    ) -> Result<Answer, Failure> {
        let status = response.status();
        match status {
            StatusCode::OK | StatusCode::NOT_FOUND => Ok(Answer {
                found: status == StatusCode::OK,
                body,
                endpoint,
            }),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Failure::Refused {
                endpoint,
                status: status.as_u16(),
                message: message_in(&body),
                advice: self.credentials.when_refused().to_owned(),
            }),
            _ if status.is_redirection() => Err(Failure::Redirected {
                endpoint,
                target: response
                    .headers()
                    .get(LOCATION)
                    .and_then(|value| value.to_str().ok())
                    .map_or_else(|| "nowhere".to_owned(), without_query),
            }),
            _ => Err(Failure::Status {
                endpoint,
                status: status.as_u16(),
                message: message_in(&body),
            }),
        }
    }
}

fn bearer(token: &CatalogToken) -> Result<HeaderValue, Failure> {
    let text = Zeroizing::new(format!("Bearer {}", token.expose()));
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        NoCatalogToken::because("the token holds characters that no HTTP header may hold")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Where a request went, for the log.
fn endpoint(url: &Url) -> String {
    without_query(url.as_str())
}

fn without_query(url: &str) -> String {
    shown(url.split(['?', '#']).next().unwrap_or_default())
}

/// Such a catalog is not asked through a proxy, whatever the environment says:
/// it would be the proxy's machine.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

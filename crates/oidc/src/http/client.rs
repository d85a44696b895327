//! Requests and their answers, with every limit in place.

use std::{
    error::Error as _,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{
    Client, Identity, RequestBuilder, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION},
};
use secrecy::{ExposeSecret as _, SecretString};
use tracing::{Instrument, field::Empty};
use url::{Url, form_urlencoded};

use super::{Answer, HttpSettings, HttpSetupError, JSON};
use crate::{
    error::OidcError, provider_text::shown, query::Parameter, secrets::AccessToken, trace::TRACE,
    wiped::Wiped,
};

/// The most that is read of an answer, in bytes.
const BODY_LIMIT: usize = 1 << 20;

/// An HTTP client with its connection pool: build one a process, clone it freely.
///
/// It follows no redirect, reads at most 1 MiB of an answer, and gives every
/// exchange one deadline from connecting to the last byte.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
    settings: Arc<HttpSettings>,
    has_certificate: bool,
}

impl HttpClient {
    /// A client with `settings`. No I/O besides reading the system's certificates.
    ///
    /// # Errors
    /// When a certificate is not PEM, or the TLS library cannot be set up.
    pub fn new(settings: HttpSettings) -> Result<Self, HttpSetupError> {
        let client = settings.builder()?.build();
        Ok(Self {
            client: client.map_err(HttpSetupError::Client)?,
            settings: Arc::new(settings),
            has_certificate: false,
        })
    }

    /// A client with the same settings and connections of its own, on which it
    /// shows the certificate in `certificate_pem` (RFC 8705): the certificate
    /// first, then any that lead from it to its authority. `key_pem` is its
    /// private key.
    ///
    /// # Errors
    /// [`HttpSetupError::BadIdentity`] when they cannot be used.
    pub fn with_certificate(
        &self,
        certificate_pem: &str,
        key_pem: &SecretString,
    ) -> Result<Self, HttpSetupError> {
        let pem = Wiped::new(format!("{}\n{certificate_pem}", key_pem.expose_secret()));
        let builder = self.settings.builder()?;
        let client = Identity::from_pem(pem.as_bytes())
            .and_then(|identity| builder.identity(identity).build())
            .map_err(HttpSetupError::BadIdentity)?;
        Ok(Self {
            client,
            settings: Arc::clone(&self.settings),
            has_certificate: true,
        })
    }

    /// Whether its connections show a certificate of the client's own.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        self.has_certificate
    }

    /// `GET url`, which anybody may read.
    pub(crate) async fn get(&self, url: &Url, timeout: Duration) -> Result<Answer, OidcError> {
        let request = self.client.get(url.clone()).header(ACCEPT, JSON);
        self.exchange(request, "GET", url, timeout).await
    }

    /// `GET url` with an access token (RFC 6750 §2.1), in the form of `accept`.
    pub(crate) async fn get_as(
        &self,
        url: &Url,
        token: &AccessToken,
        accept: &str,
        timeout: Duration,
    ) -> Result<Answer, OidcError> {
        let bearer = Wiped::new(format!("Bearer {}", token.expose()));
        let request = self
            .client
            .get(url.clone())
            .header(ACCEPT, accept)
            .header(AUTHORIZATION, sensitive(&bearer)?);
        self.exchange(request, "GET", url, timeout).await
    }

    /// `POST url` with a form body (RFC 6749 §4.1.3, appendix B).
    pub(crate) async fn post_form(
        &self,
        url: &Url,
        form: &FormRequest<'_>,
        timeout: Duration,
    ) -> Result<Answer, OidcError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&form.fields)
            .finish();
        let mut request = self
            .client
            .post(url.clone())
            .header(ACCEPT, JSON)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        if let Some(authorization) = &form.authorization {
            request = request.header(AUTHORIZATION, sensitive(authorization)?);
        }
        self.exchange(request, "POST", url, timeout).await
    }

    /// Sends `request` and reads the answer, all within `timeout`; times it, as
    /// a span of the trace in which the provider's own may follow.
    async fn exchange(
        &self,
        request: RequestBuilder,
        method: &'static str,
        url: &Url,
        timeout: Duration,
    ) -> Result<Answer, OidcError> {
        let host = url.host_str().unwrap_or_default();
        let span = tracing::debug_span!(
            target: TRACE,
            "provider",
            otel.name = method,
            otel.kind = "client",
            http.request.method = method,
            server.address = host,
            http.response.status_code = Empty,
            outcome = Empty,
        );
        let started = Instant::now();
        let sending = async { send(self.in_trace(request), url, timeout).await };
        let answer = sending.instrument(span.clone()).await;
        let outcome = match &answer {
            Ok(_) => "answered",
            Err(_) => "unavailable",
        };
        span.record("outcome", outcome);
        if let Ok(answer) = &answer {
            span.record("http.response.status_code", i64::from(answer.status));
        }
        metrics::histogram!(
            "stagedoor_provider_request_duration_seconds",
            "host" => host.to_owned(),
            "outcome" => outcome,
        )
        .record(started.elapsed());
        answer
    }

    /// `request`, with the header by which the provider's trace and ours are one.
    fn in_trace(&self, request: RequestBuilder) -> RequestBuilder {
        let context = self.settings.trace_context.as_ref();
        match context.and_then(|context| context.traceparent()) {
            Some(traceparent) => request.header("traceparent", traceparent),
            None => request,
        }
    }
}

/// What is posted to the provider: fields of the body, and maybe a header that
/// proves who we are.
pub(crate) struct FormRequest<'a> {
    pub(crate) fields: Vec<Parameter<'a>>,
    pub(crate) authorization: Option<Wiped<String>>,
}

impl<'a> FormRequest<'a> {
    /// Puts `field` into the body, in place of one of the same name.
    pub(crate) fn set(&mut self, field: Parameter<'a>) {
        self.fields.retain(|(name, _)| *name != field.0);
        self.fields.push(field);
    }
}

async fn send(request: RequestBuilder, url: &Url, timeout: Duration) -> Result<Answer, OidcError> {
    let endpoint = without_query(url);
    let failed =
        |error: reqwest::Error| OidcError::unavailable(format!("{endpoint}: {}", described(error)));
    let mut response = request.timeout(timeout).send().await.map_err(failed)?;
    refuse_outage(&endpoint, &response)?;

    let mut body = Wiped::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(OidcError::unavailable(format!(
                "{endpoint} answered with more than {BODY_LIMIT} bytes"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_ascii_lowercase);
    Ok(Answer {
        status: response.status().as_u16(),
        content_type,
        body,
        endpoint,
    })
}

/// Statuses that say nothing about our request, only that it was not served.
fn refuse_outage(endpoint: &str, response: &reqwest::Response) -> Result<(), OidcError> {
    let status = response.status();
    if status.is_redirection() {
        let target = response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .map_or_else(|| "nowhere".to_owned(), shown);
        return Err(OidcError::unavailable(format!(
            "{endpoint} redirects to {target}; redirects are not followed"
        )));
    }
    let retry = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    if status.is_server_error() || retry.contains(&status) {
        return Err(OidcError::unavailable(format!(
            "{endpoint} answered {}",
            status.as_u16()
        )));
    }
    Ok(())
}

/// The causes of `error`, without the URL, whose query may hold secrets.
fn described(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    shown(&text)
}

fn sensitive(value: &str) -> Result<HeaderValue, OidcError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| OidcError::Misconfigured {
        reason: "a credential holds characters that no HTTP header may hold".to_owned(),
    })?;
    header.set_sensitive(true);
    Ok(header)
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    shown(url.as_str())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A server that closes no connection by itself; how many it has accepted.
    async fn patient_server() -> (Url, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = accepted.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
                        stream.write_all(answer).await.unwrap();
                    }
                });
            }
        });
        (url.parse().unwrap(), accepted)
    }

    #[tokio::test]
    async fn a_connection_that_was_idle_too_long_is_not_used_again() {
        let (url, accepted) = patient_server().await;
        let idle_timeout = Duration::from_millis(100);
        let client = HttpClient::new(HttpSettings {
            idle_timeout,
            ..HttpSettings::default()
        });
        let client = client.unwrap();
        let get = || client.get(&url, Duration::from_secs(5));
        get().await.unwrap();
        tokio::time::sleep(idle_timeout * 2).await;
        get().await.unwrap();
        assert_eq!(accepted.load(Ordering::SeqCst), 2);
    }
}

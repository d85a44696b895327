//! The one way out: HTTP to the provider with every limit in place.

use std::{error::Error as _, time::Duration};

use reqwest::{
    Certificate, Client, RequestBuilder, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION},
    redirect,
};
use serde_json::Value;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use crate::{error::OidcError, provider_text::shown, query::Parameter, secrets::AccessToken};

const JSON: &str = "application/json";
/// The most that is read of an answer, in bytes.
const BODY_LIMIT: usize = 1 << 20;

/// How this process speaks HTTP to identity providers.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Certificate authorities trusted besides the system's: PEM files, each
    /// with one or more certificates.
    pub extra_ca_pems: Vec<Vec<u8>>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// How long establishing a connection may take.
    pub connect_timeout: Duration,
    /// Whether `HTTPS_PROXY`, `NO_PROXY` and the like are honoured.
    pub system_proxy: bool,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            extra_ca_pems: Vec::new(),
            user_agent: concat!("stagedoor-oidc/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(5),
            system_proxy: true,
        }
    }
}

/// The HTTP settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpSetupError {
    /// A file of certificate authorities is not PEM, or has no certificate in it.
    #[error("extra certificate authorities, file {index}: no PEM certificate could be read")]
    BadCertificate {
        /// Which of [`HttpSettings::extra_ca_pems`], from 0.
        index: usize,
    },
    /// The client could not be built.
    #[error("the HTTP client could not be set up: {0}")]
    Client(#[source] reqwest::Error),
}

/// An HTTP client with its connection pool: build one a process, clone it freely.
///
/// It follows no redirect, reads at most 1 MiB of an answer, and gives every
/// exchange one deadline from connecting to the last byte.
#[derive(Debug, Clone)]
pub struct HttpClient(Client);

impl HttpClient {
    /// A client with `settings`. No I/O besides reading the system's certificates.
    ///
    /// # Errors
    /// When a certificate is not PEM, or the TLS library cannot be set up.
    pub fn new(settings: HttpSettings) -> Result<Self, HttpSetupError> {
        let mut builder = Client::builder()
            .user_agent(settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            .redirect(redirect::Policy::none())
            .referer(false);
        if !settings.system_proxy {
            builder = builder.no_proxy();
        }
        for (index, pem) in settings.extra_ca_pems.iter().enumerate() {
            builder = builder.tls_certs_merge(certificates(index, pem)?);
        }
        builder.build().map(Self).map_err(HttpSetupError::Client)
    }

    /// `GET url`, which anybody may read.
    pub(crate) async fn get(&self, url: &Url, timeout: Duration) -> Result<Answer, OidcError> {
        let request = self.0.get(url.clone()).header(ACCEPT, JSON);
        exchange(request, url, timeout).await
    }

    /// `GET url` with an access token (RFC 6750 §2.1), in the form of `accept`.
    pub(crate) async fn get_as(
        &self,
        url: &Url,
        token: &AccessToken,
        accept: &str,
        timeout: Duration,
    ) -> Result<Answer, OidcError> {
        let bearer = Zeroizing::new(format!("Bearer {}", token.expose()));
        let request = self
            .0
            .get(url.clone())
            .header(ACCEPT, accept)
            .header(AUTHORIZATION, sensitive(&bearer)?);
        exchange(request, url, timeout).await
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
            .0
            .post(url.clone())
            .header(ACCEPT, JSON)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        if let Some(authorization) = &form.authorization {
            request = request.header(AUTHORIZATION, sensitive(authorization)?);
        }
        exchange(request, url, timeout).await
    }
}

/// The certificates of a PEM file, which must have some: an authority that is
/// silently not trusted would be found out only when a sign-in fails.
fn certificates(index: usize, pem: &[u8]) -> Result<Vec<Certificate>, HttpSetupError> {
    Certificate::from_pem_bundle(pem)
        .ok()
        .filter(|found| !found.is_empty())
        .ok_or(HttpSetupError::BadCertificate { index })
}

/// What is posted to the provider: fields of the body, and maybe a header that
/// proves who we are.
pub(crate) struct FormRequest<'a> {
    pub(crate) fields: Vec<Parameter<'a>>,
    pub(crate) authorization: Option<Zeroizing<String>>,
}

impl<'a> FormRequest<'a> {
    /// Puts `field` into the body, in place of one of the same name.
    pub(crate) fn set(&mut self, field: Parameter<'a>) {
        self.fields.retain(|(name, _)| *name != field.0);
        self.fields.push(field);
    }
}

/// The provider's answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    content_type: Option<String>,
    body: Zeroizing<Vec<u8>>,
    endpoint: String,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the answer says it is of the media type `essence`.
    pub(crate) fn is_of_type(&self, essence: &str) -> bool {
        self.media_type() == Some(essence)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`OidcError::Unavailable`] when the answer does not say it is JSON, or is not.
    pub(crate) fn json(&self) -> Result<Value, OidcError> {
        if let Some(media_type) = self.media_type()
            && !is_json(media_type)
        {
            return Err(self.unusable(&format!("with '{}', not JSON", shown(media_type))));
        }
        serde_json::from_slice(&self.body)
            .map_err(|_| self.unusable("with something that is not JSON"))
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`OidcError::Unavailable`] when it is no text.
    pub(crate) fn text(&self) -> Result<&str, OidcError> {
        let text = std::str::from_utf8(&self.body).map(str::trim);
        text.map_err(|_| self.unusable("with something that is no text"))
    }

    /// The body as JSON, of an answer that must be a success.
    pub(crate) fn success_json(&self) -> Result<Value, OidcError> {
        if self.is_success() {
            self.json()
        } else {
            Err(self.unusable("where a document was expected"))
        }
    }

    fn media_type(&self) -> Option<&str> {
        let essence = self.content_type.as_deref()?.split(';').next()?.trim();
        (!essence.is_empty()).then_some(essence)
    }

    fn unusable(&self, how: &str) -> OidcError {
        OidcError::unavailable(format!("{} answered {} {how}", self.endpoint, self.status))
    }
}

fn is_json(media_type: &str) -> bool {
    media_type == JSON || media_type == "text/json" || media_type.ends_with("+json")
}

/// Sends `request` and reads the answer, all within `timeout`.
async fn exchange(
    request: RequestBuilder,
    url: &Url,
    timeout: Duration,
) -> Result<Answer, OidcError> {
    let endpoint = without_query(url);
    let failed =
        |error: reqwest::Error| OidcError::unavailable(format!("{endpoint}: {}", described(error)));
    let mut response = request.timeout(timeout).send().await.map_err(failed)?;
    refuse_outage(&endpoint, &response)?;

    let mut body = Zeroizing::new(Vec::new());
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

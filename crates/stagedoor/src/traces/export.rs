//! Traces on their way to a collector, by OTLP over HTTP.

use std::{collections::HashMap, sync::Arc, time::Duration};

use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{RandomIdGenerator, SdkTracerProvider, SpanExporter as _},
};
use reqwest::{Certificate, Client, redirect};
use secrecy::ExposeSecret;
use stagedoor_ambient::SharedTraceContext;
use stagedoor_config::TraceSettings;
use stagedoor_server::RequestTraces;
use tokio::{sync::oneshot, task::JoinHandle, time::timeout};
use url::Url;

use super::{
    context::W3c,
    layer::install,
    queue::{PATIENCE, Queue, send_all},
    sampler::Sampler,
};

/// How long the end of the process waits for the last traces to be sent.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Traces, on their way.
pub(crate) struct Traces {
    sending: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

/// Why traces can't be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TracesError {
    /// A name of a header can't be one.
    #[error("{0:?} is not the name of a header")]
    HeaderName(String),
    /// A value of a header can't be one. It is a secret, and not shown.
    #[error("what is given for {0:?} can't stand in a header")]
    HeaderValue(String),
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// The exporter could not be built.
    #[error("{0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

impl Traces {
    /// Sends traces from now on, to a collector that may have a certificate of
    /// one of `authorities`.
    pub(crate) fn begin(
        settings: &TraceSettings,
        authorities: &[Vec<u8>],
    ) -> Result<Self, TracesError> {
        let resource = resource();
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(place(&settings.endpoint))
            .with_timeout(PATIENCE)
            .with_headers(headers(settings)?)
            .with_http_client(client(authorities)?)
            .build()?;
        exporter.set_resource(&resource);
        let (queue, spans) = Queue::new();
        let dice = RandomIdGenerator::default();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_id_generator(dice.clone())
            .with_sampler(Sampler {
                ratio: settings.sample_ratio,
                follow_parent: settings.follow_parent,
                dice,
            })
            .with_span_processor(queue)
            .build();
        if !install(provider) {
            tracing::warn!("this process sends traces already, to where it was told first");
        }
        let (stop, stopped) = oneshot::channel();
        let sending = tokio::spawn(send_all(exporter, spans, stopped));
        Ok(Self { sending, stop })
    }

    /// What those are handed who ask other systems.
    pub(crate) fn context(&self) -> SharedTraceContext {
        Arc::new(W3c)
    }

    /// What the door is handed.
    pub(crate) fn of_requests(&self) -> Arc<dyn RequestTraces> {
        Arc::new(W3c)
    }

    /// Sends what there is, and ends; not for long.
    pub(crate) async fn end(self) {
        let _ = self.stop.send(());
        if timeout(LAST_WORDS, self.sending).await.is_err() {
            tracing::warn!("the last traces could not be sent in time");
        }
    }
}

/// Who sends: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say more.
fn resource() -> Resource {
    let resource = Resource::builder();
    let resource = match std::env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => resource,
        None => resource.with_service_name("stagedoor"),
    };
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    resource.with_attribute(version).build()
}

/// OTLP's path, below the collector's own.
fn place(endpoint: &Url) -> String {
    let mut place = endpoint.clone();
    let base = endpoint.path().trim_end_matches('/');
    if !base.ends_with("/v1/traces") {
        place.set_path(&format!("{base}/v1/traces"));
    }
    place.into()
}

fn headers(settings: &TraceSettings) -> Result<HashMap<String, String>, TracesError> {
    let mut headers = HashMap::new();
    for (name, value) in &settings.headers {
        let value = value.expose_secret();
        http::HeaderName::try_from(name).map_err(|_| TracesError::HeaderName(name.clone()))?;
        http::HeaderValue::try_from(value).map_err(|_| TracesError::HeaderValue(name.clone()))?;
        headers.insert(name.clone(), value.to_owned());
    }
    Ok(headers)
}

fn client(authorities: &[Vec<u8>]) -> Result<Client, reqwest::Error> {
    let mut builder = Client::builder()
        .user_agent(concat!("stagedoor/", env!("CARGO_PKG_VERSION")))
        .timeout(PATIENCE)
        .redirect(redirect::Policy::none());
    for pem in authorities {
        builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_added_once() {
        for (endpoint, expected) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("http://collector/otlp/", "http://collector/otlp/v1/traces"),
            ("http://collector/v1/traces", "http://collector/v1/traces"),
            ("http://collector/?a=b", "http://collector/v1/traces?a=b"),
        ] {
            assert_eq!(place(&endpoint.parse().unwrap()), expected);
        }
    }
}

//! A name for every request, in its answer and in every line it logs, together
//! with who it comes from.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Once},
};

use axum::{extract::Request, response::Response};
use http::{HeaderName, HeaderValue};
use tracing::Instrument;

use crate::{
    client::{ClientAddress, ClientAddresses, Peer},
    traces::{RequestTraces, Trace},
};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_LEN: usize = 64;

/// The name of one request.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A proxy's id is kept when it is short and plain, so that its logs and
    /// ours can be matched.
    fn of(request: &Request) -> Self {
        let given = request
            .headers()
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|id| {
                (8..=MAX_LEN).contains(&id.len())
                    && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            });
        Self(given.map_or_else(|| uuid::Uuid::new_v4().to_string().into(), Into::into))
    }
}

/// Names the request and its client, and opens its span.
pub(crate) async fn name_request(
    addresses: &ClientAddresses,
    traces: Option<&dyn RequestTraces>,
    mut request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let id = RequestId::of(&request);
    let client = client_of(addresses, &request);
    let trace = Trace::begin(traces, &request, id.as_str());
    let span = tracing::info_span!(
        "request",
        request_id = id.as_str(),
        trace_id = trace.id(),
        client = %client,
        method = %request.method(),
        path = request.uri().path(),
    );
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(client);
    let answering = next(request).instrument(span);
    let mut response = answering.instrument(trace.span()).await;
    trace.end(&response);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn client_of(addresses: &ClientAddresses, request: &Request) -> ClientAddress {
    static SAID: Once = Once::new();
    let peer = request.extensions().get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    let client = addresses.find(peer, request.headers());
    if client.is_shared() {
        SAID.call_once(|| tracing::warn!(
            proxy = %client,
            "requests come by way of a proxy that stagedoor.trustedProxies does not name: their clients are not known, so that logs show the proxy, and no rate limits hold"
        ));
    }
    client
}

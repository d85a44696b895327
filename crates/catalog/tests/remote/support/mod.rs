//! A catalog of a few lines, that can be told to fail.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use stagedoor_ambient::ManualClock;
use stagedoor_catalog::{
    CatalogCredentials, CatalogError, CatalogToken, EntityFilter, NoCatalogToken, RemoteCatalog,
    RemoteCatalogSettings,
};
use stagedoor_identity::EntityRef;
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};

pub(crate) const TOKEN: &str = "token-of-the-tests";

/// What the catalog does with a request.
pub(crate) enum Reply {
    Json(u16, Value),
    Raw(Response<Body>),
    /// Says nothing until [`TestCatalog::go_on`].
    Held(Value),
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) authorization: String,
}

struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<Seen>>,
    gate: Semaphore,
}

pub(crate) struct TestCatalog {
    shared: Arc<Shared>,
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<ManualClock>,
    server: JoinHandle<()>,
}

impl Drop for TestCatalog {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl TestCatalog {
    /// Listens; the last of `replies` is given again and again.
    pub(crate) async fn with(replies: impl IntoIterator<Item = Reply>) -> Self {
        let shared = Arc::new(Shared {
            replies: Mutex::new(replies.into_iter().collect()),
            seen: Mutex::default(),
            gate: Semaphore::new(0),
        });
        let router = Router::new().fallback(serve).with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            shared,
            address,
            clock: Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)),
            server,
        }
    }

    pub(crate) fn client(&self) -> RemoteCatalog {
        self.client_with(Duration::from_secs(10), Arc::new(Credentials::default()))
    }

    pub(crate) fn client_with(
        &self,
        timeout: Duration,
        credentials: Arc<dyn CatalogCredentials>,
    ) -> RemoteCatalog {
        client(self.address, timeout, credentials, self.clock.clone())
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Waits until `count` requests have come in.
    pub(crate) async fn until_seen(&self, count: usize) {
        let seen = async {
            while self.seen().len() < count {
                tokio::task::yield_now().await;
            }
        };
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, seen).await.unwrap();
    }

    /// Lets one held request go.
    pub(crate) fn go_on(&self) {
        self.shared.gate.add_permits(1);
    }

    pub(crate) fn next_replies(&self, replies: impl IntoIterator<Item = Reply>) {
        *self.shared.replies.lock().unwrap() = replies.into_iter().collect();
    }
}

pub(crate) fn client(
    address: SocketAddr,
    timeout: Duration,
    credentials: Arc<dyn CatalogCredentials>,
    clock: Arc<ManualClock>,
) -> RemoteCatalog {
    let base_url = format!("http://{address}/api/catalog").parse().unwrap();
    let mut settings = RemoteCatalogSettings::at(base_url);
    settings.timeout = timeout;
    RemoteCatalog::new(settings, credentials, clock).unwrap()
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let header = request.headers().get("authorization");
    shared.seen.lock().unwrap().push(Seen {
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        authorization: header
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default(),
    });
    let reply = {
        let mut replies = shared.replies.lock().unwrap();
        match replies.len() {
            1 => match &replies[0] {
                Reply::Json(status, body) => Reply::Json(*status, body.clone()),
                Reply::Held(body) => Reply::Held(body.clone()),
                Reply::Raw(_) => replies.pop_front().unwrap(),
            },
            _ => replies.pop_front().expect("a reply for every request"),
        }
    };
    match reply {
        Reply::Json(status, body) => json_response(status, &body),
        Reply::Raw(response) => response,
        Reply::Held(body) => {
            shared.gate.acquire().await.unwrap().forget();
            json_response(200, &body)
        }
    }
}

fn json_response(status: u16, body: &Value) -> Response<Body> {
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// Shows [`TOKEN`], and counts how often it is asked to.
#[derive(Default)]
pub(crate) struct Credentials {
    pub(crate) asked: AtomicUsize,
}

#[async_trait]
impl CatalogCredentials for Credentials {
    async fn authorization(&self) -> Result<CatalogToken, NoCatalogToken> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(CatalogToken::new(TOKEN.to_owned()))
    }

    fn when_refused(&self) -> &str {
        "Have a look at the token of the tests."
    }
}

pub(crate) fn ada() -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "User",
        "metadata": {"name": "ada", "namespace": "default", "uid": "1", "etag": "2"},
        "spec": {"profile": {"email": "ada@example.com"}, "memberOf": ["analysts"]},
        "relations": [{"type": "memberOf", "targetRef": "group:default/analysts"}],
    })
}

pub(crate) fn error(status: u16, name: &str, message: &str) -> Reply {
    Reply::Json(
        status,
        json!({
            "error": {"name": name, "message": message},
            "response": {"statusCode": status},
        }),
    )
}

pub(crate) fn by_email() -> EntityFilter {
    EntityFilter::all_of([("spec.profile.email", "ada@example.com")])
}

pub(crate) fn ada_ref() -> EntityRef {
    EntityRef::new("user", "default", "ada")
}

pub(crate) fn reason(error: CatalogError) -> String {
    let CatalogError::Unavailable { reason } = error else {
        panic!("{error}");
    };
    assert!(!reason.contains(TOKEN), "a token in {reason}");
    assert!(!reason.contains("example.com"), "an address in {reason}");
    reason
}

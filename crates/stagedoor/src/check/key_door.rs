//! Where the catalog's backend fetches the keys of our plugin tokens: open
//! while the check runs, so that it can be seen whether they are accepted.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use stagedoor_config::Settings;
use stagedoor_server::Bound;
use stagedoor_signin::tokens::KeyRing;
use tokio::task::JoinSet;
use url::Url;

use crate::parts;

const ROUTE: &str = "/.backstage/auth/v1/jwks.json";

/// Serves our keys at `backend.listen`, and nothing else; closed when dropped.
pub(super) struct KeyDoor {
    asked: Arc<AtomicBool>,
    _serving: JoinSet<()>,
}

#[derive(Clone)]
struct Served {
    keys: Arc<KeyRing>,
    asked: Arc<AtomicBool>,
}

impl KeyDoor {
    /// `None` when the address is taken, as by a server that runs already.
    pub(super) async fn open(settings: &Settings, keys: Arc<KeyRing>) -> Option<Self> {
        let listen = &settings.backend.listen;
        let tls = parts::tls(&settings.backend).ok()?;
        let bound = Bound::to(listen.host.as_deref(), listen.port).await;
        let auth_url = stagedoor_server::auth_url(&settings.backend.base_url);
        let auth_path = Url::parse(&auth_url).ok()?.path().to_owned();
        let asked = Arc::<AtomicBool>::default();
        let router = Router::new()
            .route(&format!("{auth_path}{ROUTE}"), get(jwks))
            .with_state(Served {
                keys,
                asked: asked.clone(),
            });
        let bound = bound.ok()?;
        let mut serving = JoinSet::new();
        serving.spawn(bound.serve(router, tls, std::future::pending()));
        Some(Self {
            asked,
            _serving: serving,
        })
    }

    /// Whether somebody fetched our keys.
    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn jwks(State(served): State<Served>) -> Response {
    served.asked.store(true, Ordering::Relaxed);
    match served.keys.published().await {
        Ok(keys) => ([(CONTENT_TYPE, "application/json")], keys.json().to_owned()).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

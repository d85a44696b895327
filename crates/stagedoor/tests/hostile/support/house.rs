//! The backend with everything around it, on loopback.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use stagedoor::{AuthBackend, Environment};
use stagedoor_ambient::{ManualClock, SystemEntropy};
use stagedoor_demo_idp::{Control, DemoClient, DemoIdp, DemoKey, DemoSettings, hostile::Lie};
use tempfile::TempDir;
use tracing::subscriber::DefaultGuard;
use url::Url;

use super::{
    Browser, Plan, TlsFront,
    browser::client,
    eavesdropper::{Eavesdropper, Heard},
    log::Log,
};

/// The subject of the one person who signs in.
pub(crate) const ADA: &str = "ada-1815";
pub(crate) const CLIENT_SECRET: &str = "the-secret-of-the-client";
const SESSION_SECRET: &str = "kM3u0Yq1tF8wZ2pXn6bRc7sVjQe4hLdA9gTyUoIiWzE=";
/// Where browsers would reach the backend; they are led to where it listens.
const BASE_URL: &str = "http://localhost:7007";

/// One provider.
pub(crate) struct Idp {
    pub(crate) control: Control,
    pub(crate) issuer: String,
    pub(crate) address: SocketAddr,
    /// What stands before it, as long as it does.
    _front: Option<TlsFront>,
}

/// The backend with everything around it.
pub(crate) struct House {
    pub(crate) idp: Idp,
    pub(crate) other: Option<Idp>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) heard: Heard,
    pub(crate) log: Log,
    pub(super) timeout: Duration,
    backend: SocketAddr,
    folder: TempDir,
    _listening: DefaultGuard,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::open(Plan::default()).await
    }

    pub(crate) async fn open(mut plan: Plan) -> Self {
        let (log, listening) = Log::listen();
        let clock = Arc::new(ManualClock::at(Timestamp::now()));
        let heard = Heard::default();
        let idp = Idp::start(&clock, "oidc", plan.front.take()).await;
        let other = match plan.other {
            true => Some(Idp::start(&clock, "other", None).await),
            false => None,
        };
        idp.tells(plan.lie.take().unwrap_or_default(), &heard);
        let folder = TempDir::new().unwrap();
        let backend = start_backend(&plan, [Some(&idp), other.as_ref()], &clock, &folder).await;
        Self {
            idp,
            other,
            clock,
            heard,
            log,
            timeout: plan.timeout,
            backend,
            folder,
            _listening: listening,
        }
    }

    /// Lets the provider tell this lie from now on, and no other.
    pub(crate) fn lies(&self, lie: Lie) {
        self.idp.tells(lie, &self.heard);
    }

    /// Lets the provider be honest from now on.
    pub(crate) fn is_honest(&self) {
        self.lies(Lie::new());
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// The URL of `path` below `/api/auth`, at the address it really has.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/api/auth{path}", self.backend)
    }

    /// How many sessions the database holds.
    pub(crate) async fn sessions(&self) -> i64 {
        let file = self.folder.path().join("stagedoor.sqlite");
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let count = "SELECT count(*) FROM stagedoor_sessions";
        let count = connection.unwrap().query_row(count, [], |row| row.get(0));
        count.unwrap()
    }

    /// A browser in which ada is signed in.
    pub(crate) async fn signed_in(&self) -> Browser {
        let browser = Browser::new();
        let answer = browser.sign_in(self).await;
        Self::is_a_session(&answer.message()["response"]);
        assert!(answer.sets_a_session(), "{answer:?}");
        browser
    }

    /// Whoever tells lies, this flow signs ada in.
    pub(crate) async fn lets_ada_in(&self) {
        self.signed_in().await;
        assert_eq!(self.sessions().await, 1);
        assert_eq!(self.log.reasons("sign_in_refused"), [""; 0]);
    }

    #[track_caller]
    pub(crate) fn is_a_session(session: &Value) {
        let user = &session["backstageIdentity"]["identity"]["userEntityRef"];
        assert_eq!(user, "user:default/ada", "{session}");
    }

    /// What nobody may see: of the configuration, and of what the provider gave.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut secrets = self.heard.all();
        secrets.extend([CLIENT_SECRET, SESSION_SECRET].map(str::to_owned));
        secrets
    }
}

impl Idp {
    /// A provider whose client's callback is that of the backend's `id`.
    pub(crate) async fn start(clock: &Arc<ManualClock>, id: &str, front: Option<TlsFront>) -> Self {
        let mut settings = DemoSettings::on(([127, 0, 0, 1], 0).into());
        settings.issuer = front.as_ref().map(|front| front.origin().parse().unwrap());
        // Both callbacks, so that neither provider's registry does our work.
        let callback = |id: &str| Url::parse(&format!("{BASE_URL}/api/auth/{id}/handler/frame"));
        settings.clients.push(DemoClient {
            client_id: "backstage".to_owned(),
            client_secret: Some(CLIENT_SECRET.into()),
            redirect_uris: ["oidc", "other"].map(|id| callback(id).unwrap()).into(),
            post_logout_redirect_uris: vec![],
        });
        // One key for all first providers; the second of a house has its own.
        static KEY: LazyLock<DemoKey> = LazyLock::new(|| DemoKey::generate().unwrap());
        settings.signing_key = (id == "oidc").then(|| KEY.clone());
        settings.title = format!("The provider {id}");
        let entropy = Arc::new(SystemEntropy::default());
        let idp = DemoIdp::bind(settings, clock.clone(), entropy)
            .await
            .unwrap();
        let (control, address) = (idp.control(), idp.local_addr());
        let issuer = idp.issuer().as_str().trim_end_matches('/').to_owned();
        tokio::spawn(idp.serve(std::future::pending()));
        if let Some(front) = &front {
            front.leads_to(address);
        }
        Self {
            control,
            issuer,
            address,
            _front: front,
        }
    }

    pub(crate) fn tells(&self, lie: Lie, heard: &Heard) {
        let heard = heard.clone();
        self.control
            .misbehave(Arc::new(Eavesdropper { lie, heard }));
    }

    /// The provider's keys as anyone can read them.
    pub(crate) async fn keys(&self) -> Vec<Value> {
        let url = format!("http://{}/jwks", self.address);
        let set: Value = client(None)
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        set["keys"].as_array().unwrap().clone()
    }
}

async fn start_backend(
    plan: &Plan,
    idps: [Option<&Idp>; 2],
    clock: &Arc<ManualClock>,
    folder: &TempDir,
) -> SocketAddr {
    let people = folder.path().join("people.yaml");
    std::fs::write(&people, PEOPLE).unwrap();
    let mut variables = Vec::new();
    if let Some(authority) = &plan.authority {
        let file = folder.path().join("authority.pem");
        std::fs::write(&file, authority.pem()).unwrap();
        variables.push(("NODE_EXTRA_CA_CERTS", file.to_str().unwrap().to_owned()));
    }
    let environment = variables.into_iter().collect::<Environment>();
    let backend = AuthBackend::builder()
        .config_text(yaml(plan, idps, folder))
        .environment(environment.with_working_directory(folder.path()))
        .clock(clock.clone())
        .build()
        .await
        .unwrap();
    let address = backend.address();
    tokio::spawn(backend.serve_until(std::future::pending()));
    address
}

fn yaml(plan: &Plan, idps: [Option<&Idp>; 2], folder: &TempDir) -> String {
    let provider = |id: &str, idp: &Idp| {
        let own = (id == "oidc")
            .then_some(plan.metadata_url.as_ref())
            .flatten();
        format!(
            "    {id}:
      development:
        clientId: backstage
        clientSecret: {CLIENT_SECRET}
        metadataUrl: {metadata_url}
        timeout: {{ milliseconds: {timeout} }}
        prompt: auto
        signIn: {{ resolvers: [{{ resolver: emailMatchingUserEntityProfileEmail }}] }}
{more}",
            metadata_url = own.unwrap_or(&idp.issuer),
            timeout = plan.timeout.as_millis(),
            more = plan.provider,
        )
    };
    let providers = ["oidc", "other"].into_iter().zip(idps);
    let providers: String = providers
        .filter_map(|(id, idp)| Some(provider(id, idp?)))
        .collect();
    format!(
        "app: {{ baseUrl: 'http://localhost:3000' }}
backend:
  baseUrl: {BASE_URL}
  listen: {{ host: 127.0.0.1, port: 0 }}
  database: {{ client: better-sqlite3, connection: {{ directory: {folder} }} }}
auth:
  session: {{ secret: {SESSION_SECRET} }}
  providers:
{providers}
catalog:
  locations:
    - {{ type: file, target: {folder}/people.yaml }}
",
        folder = folder.path().display(),
    )
}

const PEOPLE: &str = "apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: ada }
spec: { profile: { email: ada.lovelace@example.com }, memberOf: [] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: grace }
spec: { profile: { email: grace.hopper@example.com }, memberOf: [] }
";

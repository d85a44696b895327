//! The whole of it: somebody signs in at a real auth backend through a browser,
//! as a command line would have it, and asks the service in their own name.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, atomic::AtomicUsize, atomic::Ordering::SeqCst},
};

use reqwest::{Client, StatusCode};
use stagedoor::AuthBackend;
use stagedoor_ambient::{SystemClock, SystemEntropy};
use stagedoor_client::{
    auth::{
        AuthError, BackstageIdentityApi, OAuth2, OAuthApi, ProfileInfoApi, Scopes, SessionApi,
        SessionOptions,
    },
    discovery::UrlPatternDiscovery,
    layer::BackstageTokenLayer,
    native::{Browser, FileSessionStore, LoopbackAuthConnector, LoopbackOptions, SessionStore},
};
use stagedoor_demo_idp::{DemoClient, DemoIdp, DemoSettings};
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

/// A person at a browser: agrees, and signs in as Ada.
struct Ada {
    visits: AtomicUsize,
    last_page: Arc<Mutex<String>>,
}

impl Ada {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            visits: AtomicUsize::new(0),
            last_page: Arc::default(),
        })
    }
}

impl Browser for Ada {
    fn open(&self, url: &Url) -> Result<(), AuthError> {
        self.visits.fetch_add(1, SeqCst);
        let (url, last_page) = (url.clone(), self.last_page.clone());
        tokio::spawn(async move {
            let page = sign_in(url).await;
            *last_page.lock().unwrap() = page;
        });
        Ok(())
    }
}

async fn sign_in(url: Url) -> String {
    let browser = Client::builder().cookie_store(true).build().unwrap();
    let asked = browser.get(url.clone()).send().await.unwrap();
    let page = asked.text().await.unwrap();
    let form = ["request", "provider", "env"].map(|name| (name, field(&page, name)));
    let agreed = browser.post(url).form(&form).send().await.unwrap();
    let onward = between(&agreed.text().await.unwrap(), "content=\"0;url=", "\"");
    let at_provider = browser.get(onward).send().await.unwrap();
    let login = at_provider.url().join("/login").unwrap();
    let csrf = field(&at_provider.text().await.unwrap(), "csrf");
    let form = [("csrf", csrf.as_str()), ("person", "ada-1815")];
    let last = browser.post(login).form(&form).send().await.unwrap();
    last.text().await.unwrap()
}

fn field(page: &str, name: &str) -> String {
    between(page, &format!("name=\"{name}\" value=\""), "\"")
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split(before).nth(1);
    let value = rest.and_then(|rest| rest.split(after).next());
    let value = value.unwrap_or_else(|| panic!("no {before} in {text}"));
    value.replace("&#38;", "&").replace("&amp;", "&")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

async fn identity_provider(base: &str) -> DemoIdp {
    let mut settings = DemoSettings::on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let callback = format!("{base}/api/auth/demo/handler/frame");
    settings.clients.push(DemoClient {
        client_id: "backstage".to_owned(),
        client_secret: Some("secret".into()),
        redirect_uris: vec![Url::parse(&callback).unwrap()],
        post_logout_redirect_uris: vec![],
    });
    let entropy = Arc::new(SystemEntropy::default());
    let idp = DemoIdp::bind(settings, Arc::new(SystemClock), entropy);
    idp.await.unwrap()
}

/// A running auth backend; its `backend.baseUrl`.
async fn auth_backend() -> String {
    let port = free_port();
    let base = format!("http://localhost:{port}");
    let idp = identity_provider(&base).await;
    let yaml = format!(
        "app: {{ baseUrl: '{base}' }}
backend:
  baseUrl: {base}
  listen: {{ host: 127.0.0.1, port: {port} }}
  database: {{ client: better-sqlite3, connection: ':memory:' }}
auth:
  environment: development
  session: {{ secret: only-for-this-test }}
  providers:
    demo:
      development:
        metadataUrl: {metadata}
        clientId: backstage
        clientSecret: secret
        prompt: auto
        signIn:
          resolvers:
            - resolver: emailLocalPartMatchingUserEntityName
              dangerouslyAllowSignInWithoutUserInCatalog: true
stagedoor:
  nativeClients:
    test-app: {{ title: The test }}
",
        metadata = idp.metadata_url(),
    );
    let backend = AuthBackend::builder().config_text(yaml).build().await;
    tokio::spawn(idp.serve(std::future::pending()));
    tokio::spawn(backend.unwrap().serve());
    base
}

struct App {
    session: OAuth2,
    ada: Arc<Ada>,
}

/// An app whose sessions are kept in `store`, or in memory.
fn app(base: &str, store: Option<Arc<dyn SessionStore>>) -> App {
    let discovery = UrlPatternDiscovery::of_backend(base).unwrap();
    let ada = Ada::new();
    let mut options = LoopbackOptions::new(Arc::new(discovery), "test-app");
    options.browser = ada.clone();
    if let Some(store) = store {
        options.store = store;
    }
    let connector = LoopbackAuthConnector::new(options).unwrap();
    App {
        session: OAuth2::new(Arc::new(connector), SessionOptions::default()),
        ada,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_through_the_browser_is_known_to_the_service() {
    let base = auth_backend().await;
    let service = rust_service::service(&format!("{base}/api/auth")).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await });

    let App { session, ada } = app(&base, None);
    let http = Client::new();
    let layer = BackstageTokenLayer::new(Arc::new(session.clone()), [at.parse().unwrap()]);
    let get = async |path: &str| {
        let request = http.get(format!("{at}{path}")).build().unwrap();
        let mut client = layer.layer(http.clone());
        let answer = client.call(request).await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    assert_eq!(get("/whoami").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(get("/greeting").await.1, "Hello, whoever you are");

    session.sign_in().await.unwrap();
    let (status, who) = get("/whoami").await;
    assert_eq!(status, StatusCode::OK, "{who}");
    let identity = session.get_backstage_identity().await.unwrap().identity;
    assert!(who.contains(identity.user_entity_ref.as_str()), "{who}");
    assert!(
        get("/greeting")
            .await
            .1
            .ends_with(identity.user_entity_ref.as_str())
    );
    let profile = session.get_profile().await.unwrap();
    assert!(profile.email.is_some());
    let access = session
        .get_access_token(&Scopes::parse("openid"))
        .await
        .unwrap();
    assert!(!access.expose().is_empty());
    assert_eq!(ada.visits.load(SeqCst), 1);

    session.sign_out().await.unwrap();
    assert_eq!(get("/whoami").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_in_a_file_outlives_the_process_and_is_ended_at_the_server() {
    let base = auth_backend().await;
    let folder = std::env::temp_dir().join(format!("rust-service-{}", std::process::id()));
    let file = folder.join("session.json");
    let store =
        || -> Option<Arc<dyn SessionStore>> { Some(Arc::new(FileSessionStore::new(&file))) };
    let first = app(&base, store());
    first.session.sign_in().await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(file.as_path()), mode(folder.as_path())),
            (0o600, 0o700)
        );
    }
    let copy = std::fs::read(&file).unwrap();

    let second = app(&base, store());
    let identity = second.session.get_backstage_identity().await.unwrap();
    assert_eq!(identity.identity.user_entity_ref.kind(), "user");
    assert_eq!(second.ada.visits.load(SeqCst), 0);
    second.session.sign_out().await.unwrap();
    assert!(!file.exists());

    // What a thief has copied is over too, once its token has ended.
    let mut stolen: serde_json::Value = serde_json::from_slice(&copy).unwrap();
    stolen["received_at"] = "2020-01-01T00:00:00Z".into();
    std::fs::write(&file, stolen.to_string()).unwrap();
    let thief = app(&base, store());
    let identity = thief.session.get_optional_backstage_identity().await;
    assert!(identity.unwrap().is_none());
    assert!(!file.exists(), "what is over is not kept");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_with_one_file_never_use_a_refresh_token_twice() {
    let base = auth_backend().await;
    let folder = std::env::temp_dir().join(format!("rust-service-many-{}", std::process::id()));
    let file = folder.join("session.json");
    let store =
        || -> Option<Arc<dyn SessionStore>> { Some(Arc::new(FileSessionStore::new(&file))) };
    app(&base, store()).session.sign_in().await.unwrap();
    for _ in 0..3 {
        let mut kept: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        kept["received_at"] = "2020-01-01T00:00:00Z".into();
        std::fs::write(&file, kept.to_string()).unwrap();
        let asking = (0..8).map(|_| {
            let app = app(&base, store());
            tokio::spawn(async move { app.session.get_optional_backstage_identity().await })
        });
        for asked in asking.collect::<Vec<_>>() {
            assert!(asked.await.unwrap().unwrap().is_some());
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_nobody_named_is_told_so() {
    let base = auth_backend().await;
    let discovery = UrlPatternDiscovery::of_backend(&base).unwrap();
    let ada = Ada::new();
    let options = LoopbackOptions {
        browser: ada.clone(),
        ..LoopbackOptions::new(Arc::new(discovery), "nobody")
    };
    let connector = LoopbackAuthConnector::new(options).unwrap();
    let session = OAuth2::new(Arc::new(connector), SessionOptions::default());
    let error = session.sign_in().await.unwrap_err();
    let AuthError::Refused { code, message } = &error else {
        panic!("{error}");
    };
    assert_eq!(code, "invalid_client", "{message}");
    assert_eq!(
        ada.visits.load(SeqCst),
        0,
        "without a browser that leads nowhere"
    );
}

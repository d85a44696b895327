//! A small browser: it keeps cookies, and takes one step at a time.

use std::time::{Duration, Instant};

use reqwest::{
    Certificate, Client, RequestBuilder, Response, StatusCode, header, redirect::Policy,
};
use serde_json::Value;
use url::Url;

use super::{
    frame::message_of,
    house::{ADA, House},
};

/// The app that all sign-ins are for.
pub(crate) const APP: &str = "http://localhost:3000";

/// What a browser got from the backend.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// `Set-Cookie` headers.
    pub(crate) cookies: Vec<String>,
    /// Everything, headers included, as text.
    pub(crate) text: String,
    pub(crate) location: Option<Url>,
    pub(crate) body: String,
    pub(crate) took: Duration,
}

impl Answer {
    async fn of(request: RequestBuilder) -> Self {
        let asked = Instant::now();
        let response = request.send().await.unwrap();
        let status = response.status();
        let headers = response.headers().clone();
        let text = |name| headers.get(name).and_then(|it| it.to_str().ok());
        let cookies = headers.get_all(header::SET_COOKIE).iter();
        let cookies = cookies.map(|it| it.to_str().unwrap().to_owned()).collect();
        let location = text(header::LOCATION).map(|it| it.parse().unwrap());
        let body = response.text().await.unwrap();
        Self {
            status,
            cookies,
            text: format!("{headers:?}\n{body}"),
            location,
            body,
            took: asked.elapsed(),
        }
    }

    /// The message to the app, or the body of an error.
    pub(crate) fn message(&self) -> Value {
        message_of(&self.body)
            .or_else(|| serde_json::from_str(&self.body).ok())
            .unwrap_or_else(|| panic!("neither a message nor JSON: {self:?}"))
    }

    /// Whether the session cookie is set (and not removed).
    pub(crate) fn sets_a_session(&self) -> bool {
        self.cookies.iter().any(|cookie| {
            cookie.contains("-refresh-token=sd1.") || cookie.contains("-refresh-token-0=sd1.")
        })
    }
}

/// A browser with cookies of its own.
pub(crate) struct Browser(Client);

impl Browser {
    pub(crate) fn new() -> Self {
        Self::trusting(None)
    }

    pub(crate) fn trusting(authority: Option<&str>) -> Self {
        Self(client(authority))
    }

    /// `/start` of `provider`.
    pub(crate) async fn start(&self, house: &House, provider: &str) -> Answer {
        let url = house.url(&format!("/{provider}/start"));
        let query = [
            ("env", "development"),
            ("origin", APP),
            ("flow", "popup"),
            ("scope", "openid"),
        ];
        Answer::of(self.0.get(url).query(&query)).await
    }

    /// Ada at the provider's pages; the callback's URL.
    pub(crate) async fn at_the_provider(&self, authorize: &Url) -> Url {
        let page = self.0.get(authorize.clone()).send().await.unwrap();
        if let Some(callback) = location(&page) {
            return callback;
        }
        assert_eq!(page.status(), StatusCode::OK);
        let login = page.url().join("/login").unwrap();
        let page = page.text().await.unwrap();
        let (_, rest) = page.split_once(r#"name="csrf" value=""#).unwrap();
        let csrf = rest.split_once('"').unwrap().0;
        let form = [("csrf", csrf), ("person", ADA)];
        let answer = self.0.post(login).form(&form).send().await.unwrap();
        location(&answer).unwrap()
    }

    /// The callback, brought to where the backend really listens.
    pub(crate) async fn deliver(&self, house: &House, callback: &Url) -> Answer {
        let mut url: Url = house.url("").parse().unwrap();
        url.set_path(callback.path());
        url.set_query(callback.query());
        Answer::of(self.0.get(url)).await
    }

    /// From `/start` to the callback.
    pub(crate) async fn until_callback(&self, house: &House, provider: &str) -> Url {
        let started = self.start(house, provider).await;
        assert_eq!(started.status, StatusCode::FOUND, "{started:?}");
        self.at_the_provider(&started.location.unwrap()).await
    }

    /// A whole sign-in, up to the answer that ends it.
    pub(crate) async fn sign_in(&self, house: &House) -> Answer {
        let started = self.start(house, "oidc").await;
        let Some(authorize) = &started.location else {
            return started;
        };
        let callback = self.at_the_provider(authorize).await;
        self.deliver(house, &callback).await
    }

    /// `/refresh` of `provider`.
    pub(crate) async fn refresh_at(&self, house: &House, provider: &str) -> Answer {
        let url = house.url(&format!("/{provider}/refresh?env=development"));
        Answer::of(self.0.get(url).header("X-Requested-With", "XMLHttpRequest")).await
    }

    pub(crate) async fn refresh(&self, house: &House) -> Answer {
        self.refresh_at(house, "oidc").await
    }

    /// A POST of a form, with no cookie.
    pub(crate) async fn post(house: &House, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::of(client(None).post(house.url(path)).form(form)).await
    }
}

fn location(response: &Response) -> Option<Url> {
    let location = response.headers().get(header::LOCATION)?;
    Some(location.to_str().unwrap().parse().unwrap())
}

/// A client with cookies of its own, which trusts nobody else: reading the
/// system's authorities takes longer than most tests.
pub(crate) fn client(authority: Option<&str>) -> Client {
    let trusted = authority.map(|pem| Certificate::from_pem(pem.as_bytes()).unwrap());
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .cookie_store(true)
        .tls_certs_only(trusted)
        .build()
        .unwrap()
}

//! The load program's provider in a process of its own, and what is asked of it.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::Stdio,
};

use reqwest::header::LOCATION;
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};
use url::Url;

use crate::Failure;

/// A provider that ends when this is dropped.
pub(crate) struct Provider {
    issuer: String,
    _child: Child,
}

impl Provider {
    /// Starts `load provider`, and waits until it listens.
    pub(crate) async fn start(load: &Path) -> Result<Self, Failure> {
        let port = {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            free.local_addr()?.port()
        };
        let mut child = Command::new(load)
            .args(["provider", "--provider", &format!("127.0.0.1:{port}")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", load.display()))?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines();
        let issuer = lines.next_line().await?;
        Ok(Self {
            issuer: issuer.ok_or("the provider did not start")?,
            _child: child,
        })
    }
}

/// A relying party that believes everything.
pub(crate) struct Client {
    http: reqwest::Client,
    issuer: String,
}

/// What the token endpoint answers.
#[derive(Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) id_token: String,
}

const CALLBACK: &str = "http://localhost/callback";
const CLIENT: (&str, Option<&str>) = ("backstage", Some("a secret that nobody checks"));

impl Client {
    pub(crate) fn of(provider: &Provider) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            http,
            issuer: provider.issuer.clone(),
        })
    }

    pub(crate) async fn keys(&self) -> Result<Value, Failure> {
        let answer = self.http.get(self.at("jwks")).send().await?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// The first tokens of a person.
    pub(crate) async fn sign_in(&self, person: usize) -> Result<Tokens, Failure> {
        let hint = format!("u{person}");
        let asked = [
            ("redirect_uri", CALLBACK),
            ("state", "state"),
            ("login_hint", &hint),
        ];
        let url = Url::parse_with_params(&self.at("authorize"), asked)?;
        let answer = self.http.get(url).send().await?;
        let back = answer.headers().get(LOCATION).ok_or("not sent back")?;
        let back = Url::parse(back.to_str()?)?;
        let code = back.query_pairs().find(|(name, _)| name == "code");
        let (_, code) = code.ok_or("no code")?;
        self.tokens(&[("grant_type", "authorization_code"), ("code", &code)])
            .await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Result<Tokens, Failure> {
        self.tokens(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    pub(crate) async fn userinfo(&self, access_token: &str) -> Result<Value, Failure> {
        let url = self.at("userinfo");
        let request = self.http.get(url).bearer_auth(access_token);
        let answer = request.send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    async fn tokens(&self, form: &[(&str, &str)]) -> Result<Tokens, Failure> {
        let (id, secret) = CLIENT;
        let request = self.http.post(self.at("token")).basic_auth(id, secret);
        let answer = request.form(form).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer)
    }
}

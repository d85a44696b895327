//! What a person's browser and the Backstage frontend in it do.

use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode, header};
use reqwest::{Client, Response};
use serde::Deserialize;
use tokio::time::sleep;
use url::Url;

use crate::{
    cookies::Cookies,
    failure::Failure,
    frame::{self, Problem, Session},
    house,
    measure::{Kind, Measurements},
    people::Person,
};

/// No answer takes longer; what does has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// When who is turned away tries again: as `Retry-After` and the page say.
pub(crate) const AGAIN: Duration = Duration::from_secs(2);

/// Makes the requests of everyone, over kept-alive connections.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    client: Client,
    auth: String,
}

impl Browser {
    /// For the Stagedoor at `base_url`, and its provider of that id.
    ///
    /// # Errors
    /// When there can be no client.
    pub(crate) fn new(
        base_url: &str,
        provider_id: &str,
        connections: usize,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(connections)
            .timeout(PATIENCE)
            .build()?;
        let auth = format!("{base_url}/api/auth/{provider_id}");
        Ok(Self { client, auth })
    }

    /// A whole popup sign-in: start, the provider, the frame handler.
    ///
    /// # Errors
    /// [`Failure`], of the step that did not succeed.
    pub(crate) async fn sign_in(
        &self,
        person: Person,
        cookies: &mut Cookies,
        measured: &Measurements,
    ) -> Result<Session, Failure> {
        let began = Instant::now();
        let start = self.start_url();
        let at_provider = measured
            .time(Kind::Start, self.redirected(&start, cookies))
            .await?;
        let callback = self.through_the_provider(&at_provider, person).await?;
        let session = loop {
            let coming_back = self.come_back(&callback, person, cookies);
            match measured.time(Kind::Callback, coming_back).await {
                // The page they get asks for the same again.
                Err(Failure::Shed { .. }) if began.elapsed() < PATIENCE => sleep(AGAIN).await,
                outcome => break outcome?,
            }
        };
        measured.took(Kind::SignIn, began.elapsed());
        Ok(session)
    }

    /// Where a popup begins.
    pub(crate) fn start_url(&self) -> String {
        format!(
            "{}/start?env={}&scope=&origin={}&flow=popup",
            self.auth,
            house::ENVIRONMENT,
            house::APP
        )
    }

    /// `/refresh` as the frontend calls it.
    ///
    /// # Errors
    /// [`Failure`]
    pub(crate) async fn refresh(
        &self,
        person: Person,
        cookies: &mut Cookies,
        measured: &Measurements,
    ) -> Result<(), Failure> {
        measured
            .time(Kind::Refresh, self.ask_refresh(person, cookies))
            .await
    }

    async fn redirected(&self, url: &str, cookies: &mut Cookies) -> Result<String, Failure> {
        let answer = self.get(url, cookies).await?;
        location(answer.status(), answer.headers()).ok_or(failed(&answer))
    }

    /// The provider sends people back without asking: `login_hint` says who it is.
    async fn through_the_provider(&self, url: &str, person: Person) -> Result<String, Failure> {
        let mut url = Url::parse(url).map_err(|_| Failure::Wrong("/start"))?;
        url.query_pairs_mut()
            .append_pair("login_hint", &person.name());
        let answer = self.client.get(url).send().await;
        let answer = answer.map_err(|_| Failure::NoAnswer)?;
        location(answer.status(), answer.headers()).ok_or(Failure::Wrong("/authorize"))
    }

    async fn come_back(
        &self,
        callback: &str,
        person: Person,
        cookies: &mut Cookies,
    ) -> Result<Session, Failure> {
        let answer = self.get(callback, cookies).await?;
        if answer.status() != StatusCode::OK {
            return Err(failed(&answer));
        }
        let page = answer.text().await.map_err(|_| Failure::NoAnswer)?;
        let message = frame::message(&page).ok_or(Failure::Wrong("/handler/frame"))?;
        match (message.response, message.error) {
            (Some(session), None) => theirs(&session, person, "/handler/frame").map(|()| session),
            (None, Some(problem)) => Err(told(&problem)),
            _ => Err(Failure::Wrong("/handler/frame")),
        }
    }

    async fn ask_refresh(&self, person: Person, cookies: &mut Cookies) -> Result<(), Failure> {
        let url = format!(
            "{}/refresh?optional&scope=&env={}",
            self.auth,
            house::ENVIRONMENT
        );
        let answer = self.get(&url, cookies).await?;
        match answer.status() {
            StatusCode::OK => {
                let session: Session = json(answer).await?;
                theirs(&session, person, "/refresh")
            }
            StatusCode::UNAUTHORIZED => {
                let body: ErrorBody = json(answer).await?;
                Err(told(&body.error))
            }
            _ => Err(failed(&answer)),
        }
    }

    async fn get(&self, url: &str, cookies: &mut Cookies) -> Result<Response, Failure> {
        let request = || {
            self.client
                .get(url)
                .header(header::COOKIE, cookies.header())
                .header(header::ORIGIN, house::APP)
                .header("x-requested-with", "XMLHttpRequest")
                .send()
        };
        let answer = match request().await {
            // As browsers do: a kept-alive connection may be closed at the
            // moment it is used (RFC 9112 §9.3.1).
            Err(error) if !error.is_timeout() => request().await,
            outcome => outcome,
        };
        let answer = answer.map_err(|_| Failure::NoAnswer)?;
        cookies.store(answer.headers());
        Ok(answer)
    }
}

/// The body of contract §2.
#[derive(Deserialize)]
struct ErrorBody {
    error: Problem,
}

async fn json<T: serde::de::DeserializeOwned>(answer: Response) -> Result<T, Failure> {
    let body = answer.bytes().await.map_err(|_| Failure::NoAnswer)?;
    serde_json::from_slice(&body).map_err(|_| Failure::Wrong("/refresh"))
}

fn location(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    (status == StatusCode::FOUND).then(|| location.to_owned())
}

/// An answer that says nothing but its status.
fn failed(answer: &Response) -> Failure {
    match answer.status() {
        StatusCode::SERVICE_UNAVAILABLE => Failure::Shed {
            retry_after: answer.headers().contains_key(header::RETRY_AFTER),
        },
        status => Failure::Status(status.as_u16()),
    }
}

fn told(problem: &Problem) -> Failure {
    if problem.passes() {
        Failure::Passing(problem.code.clone())
    } else {
        Failure::Refused(problem.code.clone())
    }
}

/// Nobody may ever be handed another person's session.
fn theirs(session: &Session, person: Person, asked: &'static str) -> Result<(), Failure> {
    if session.user() == Some(person.entity_ref().as_str()) {
        Ok(())
    } else {
        Err(Failure::Wrong(asked))
    }
}

//! The auth backend's `/v1/authorize`, `/v1/token` and `/v1/revoke`, as far as a
//! program calls them itself (RFC 6749 §5, RFC 7009).

use std::time::Duration;

use http::{StatusCode, header::ACCEPT};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::auth::AuthError;

/// How long the auth backend may take, which may have to ask the provider.
const TIMEOUT: Duration = Duration::from_secs(60);
/// More is no answer.
const MAX_BYTES: usize = 1024 * 1024;

/// What the token endpoint gives.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) refresh_token: SecretString,
    pub(super) session: Value,
}

/// Why not, as OAuth says it (RFC 6749 §5.2) or as Backstage does.
#[derive(Deserialize)]
#[serde(untagged)]
enum Refusal {
    OAuth {
        error: String,
        error_description: Option<String>,
    },
    Backstage {
        error: BackstageError,
    },
}

#[derive(Deserialize)]
struct BackstageError {
    name: String,
    message: String,
    code: Option<String>,
}

/// Asks for the page that the browser is to show: an address that is wrong, or
/// a program that is not known there, is told of here instead of in a browser
/// that nobody comes back from. Where it sends the browser away at once, the
/// browser is to go there.
pub(super) async fn try_page(client: &reqwest::Client, url: &Url) -> Result<(), AuthError> {
    let request = client.get(url.clone()).header(ACCEPT, "application/json");
    let answer = Answer::to(request).await?;
    match answer.status {
        status if status.is_redirection() => Ok(()),
        _ => answer.body(url.path()).map(drop),
    }
}

/// Sends `form` to where tokens come from.
pub(super) async fn ask(
    client: &reqwest::Client,
    url: &str,
    form: &[(&str, &str)],
) -> Result<Tokens, AuthError> {
    let answer = Answer::to(client.post(url).form(form)).await?;
    let wrong = |_| AuthError::Answer("the token endpoint gives no tokens".to_owned());
    serde_json::from_slice(&answer.body(url)?).map_err(wrong)
}

/// Sends `form` to where nothing is answered.
pub(super) async fn tell(
    client: &reqwest::Client,
    url: &str,
    form: &[(&str, &str)],
) -> Result<(), AuthError> {
    let answer = Answer::to(client.post(url).form(form)).await?;
    answer.body(url).map(drop)
}

struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    async fn to(request: reqwest::RequestBuilder) -> Result<Self, AuthError> {
        let connection = |error: reqwest::Error| AuthError::connection(error.without_url());
        let mut answer = request.timeout(TIMEOUT).send().await.map_err(connection)?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(connection)? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(AuthError::Answer("it is too large".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { status, body })
    }

    /// What came, when all is well. Only the auth backend's own word is a
    /// refusal: too many requests, or a proxy that has lost it, may be mended.
    fn body(self, url: &str) -> Result<Vec<u8>, AuthError> {
        match self.status {
            StatusCode::OK => Ok(self.body),
            StatusCode::NOT_FOUND => Err(AuthError::Answer(format!(
                "{url} is not there: is the address right, and does the auth backend let \
                 programs sign in (stagedoor.nativeClients)?"
            ))),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
                match serde_json::from_slice(&self.body) {
                    Ok(refusal) => Err(refused(refusal)),
                    Err(_) => Err(with_status(self.status)),
                }
            }
            status => Err(with_status(status)),
        }
    }
}

fn refused(refusal: Refusal) -> AuthError {
    match refusal {
        Refusal::OAuth {
            error,
            error_description,
        } => AuthError::Refused {
            message: error_description.unwrap_or_else(|| error.clone()),
            code: error,
        },
        Refusal::Backstage { error } => AuthError::Refused {
            code: error.code.unwrap_or(error.name),
            message: error.message,
        },
    }
}

fn with_status(status: StatusCode) -> AuthError {
    AuthError::connection(format!("it answers with status {status}"))
}

//! The auth backend's `/v1/token` and `/v1/revoke` (RFC 6749 §5, RFC 7009).

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

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

#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Sends `form`; what is answered.
pub(super) async fn ask(
    client: &reqwest::Client,
    url: &str,
    form: &[(&str, &str)],
) -> Result<Tokens, AuthError> {
    let body = send(client, url, form).await?;
    let wrong = |_| AuthError::Answer("the token endpoint gives no tokens".to_owned());
    serde_json::from_slice(&body).map_err(wrong)
}

/// Sends `form` to where nothing is answered.
pub(super) async fn tell(
    client: &reqwest::Client,
    url: &str,
    form: &[(&str, &str)],
) -> Result<(), AuthError> {
    send(client, url, form).await.map(drop)
}

async fn send(
    client: &reqwest::Client,
    url: &str,
    form: &[(&str, &str)],
) -> Result<Vec<u8>, AuthError> {
    let request = client.post(url).timeout(TIMEOUT).form(form);
    let connection = |error: reqwest::Error| AuthError::connection(error.without_url());
    let mut answer = request.send().await.map_err(connection)?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(connection)? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(AuthError::Answer("it is too large".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    match status {
        StatusCode::OK => Ok(body),
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => Err(refused(status, &body)),
        StatusCode::NOT_FOUND => Err(AuthError::Answer(format!(
            "{url} is not there: is the address right, and does the auth backend let programs \
             sign in (stagedoor.nativeClients)?"
        ))),
        // Too many requests, or something that may be mended: not a refusal.
        status => Err(AuthError::connection(format!(
            "it answers with status {status}"
        ))),
    }
}

fn refused(status: StatusCode, body: &[u8]) -> AuthError {
    match serde_json::from_slice::<Refusal>(body) {
        Ok(refusal) => AuthError::Refused {
            message: match refusal.error_description.is_empty() {
                true => refusal.error.clone(),
                false => refusal.error_description,
            },
            code: refusal.error,
        },
        // Not of the auth backend, but of something before it.
        Err(_) => AuthError::connection(format!("it answers with status {status}")),
    }
}

//! Gets the keys.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use stagedoor_identity::{KeySet, PublicJwk};
use url::Url;

use super::KeysUnavailable;

/// How long the auth backend may take.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
/// More is no set of keys.
const MAX_BYTES: usize = 512 * 1024;

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Value>,
}

/// The keys at `url`. Keys that no user token can be signed with are left out:
/// others may publish theirs there too.
pub(super) async fn keys(client: &reqwest::Client, url: &Url) -> Result<KeySet, KeysUnavailable> {
    let unreachable =
        |error: reqwest::Error| KeysUnavailable::Unreachable(error.without_url().to_string());
    let request = client.get(url.clone()).timeout(TIMEOUT);
    let mut answer = request.send().await.map_err(unreachable)?;
    if answer.status() != http::StatusCode::OK {
        return Err(KeysUnavailable::Status(answer.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(KeysUnavailable::NoKeySet);
        }
        body.extend_from_slice(&chunk);
    }
    let jwks: Jwks = serde_json::from_slice(&body).map_err(|_| KeysUnavailable::NoKeySet)?;
    let keys = jwks.keys.into_iter().map(PublicJwk::from_json);
    Ok(keys.filter_map(Result::ok).collect())
}

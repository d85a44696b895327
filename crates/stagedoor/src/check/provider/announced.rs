//! What the discovery document says beyond what a sign-in goes by.

use reqwest::{Client, Response, redirect};
use serde::Deserialize;
use stagedoor_oidc::ClientSettings;
use url::Url;

/// The most that is read of it, in bytes.
const BODY_LIMIT: usize = 1 << 20;
const WELL_KNOWN: &str = "/.well-known/";
const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";

/// Members of the document that only an operator wants to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Announced {
    /// RFC 8414 §2; `None` when it is left out.
    #[serde(default)]
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
}

/// Reads the document once more; `None` when it can't be had now.
pub(super) async fn fetch(settings: &ClientSettings) -> Option<Announced> {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(settings.timeout)
        .build()
        .ok()?;
    let answer = client.get(document(&settings.metadata_url)).send();
    read(answer.await.ok()?).await
}

async fn read(mut answer: Response) -> Option<Announced> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).ok()
}

/// As the relying party finds it (Discovery §4).
fn document(metadata_url: &Url) -> Url {
    let mut document = metadata_url.clone();
    if !document.path().contains(WELL_KNOWN) {
        let path = document.path().trim_end_matches('/');
        document.set_path(&format!("{path}{OPENID_CONFIGURATION}"));
    }
    document
}

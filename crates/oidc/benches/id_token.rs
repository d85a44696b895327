//! An ID token checked: form, signature, and every rule.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the tests use more of it"
)]
#![allow(clippy::unwrap_used, reason = "what fails here stops the benchmark")]

#[path = "../tests/relying_party/support/mod.rs"]
mod support;

use divan::{Bencher, black_box};
use serde_json::json;
use stagedoor_oidc::{AccessToken, SigningAlg};
use support::{Client, TestKey};
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

#[divan::bench(args = [SigningAlg::RS256, SigningAlg::PS256, SigningAlg::ES256, SigningAlg::EdDSA])]
fn verify(bencher: Bencher<'_, '_>, alg: SigningAlg) {
    let runtime = Runtime::new().unwrap();
    let (client, raw, nonce) = runtime.block_on(async {
        let client = Client::with_key(TestKey::new(alg, "k1"), |_| {}).await;
        let nonce = client.start().await.secrets.nonce;
        let header = json!({"alg": alg.as_str(), "typ": "JWT", "kid": "k1"});
        let claims = client.claims(Some(nonce.expose()));
        let raw = client.provider.sign(&header, &claims);
        (client, raw, nonce)
    });
    let access_token = AccessToken::new("access-1");
    // The first fetches the provider's keys.
    bencher.bench(|| {
        let checked = client
            .party
            .verify_id_token(black_box(&raw), &access_token, &nonce);
        runtime.block_on(checked).unwrap()
    });
}

//! HTTP proxies, as the environment names them. It is read once a process, so
//! each of these tests runs another one of this file in a process of its own.

use std::env;

use stagedoor_oidc::{HttpClient, HttpSettings, RelyingParty};

use crate::support::{Authority, Endpoint, TestKey, TestProvider, TestProxy};
use stagedoor_oidc::SigningAlg;

const METADATA_URL: &str = "RELYING_PARTY_TEST_METADATA_URL";
const AUTHORITY: &str = "RELYING_PARTY_TEST_AUTHORITY";

/// A provider that only TLS leads to, a proxy, and a process to reach it from.
struct Outside {
    provider: TestProvider,
    authority: Authority,
    proxy: TestProxy,
}

impl Outside {
    async fn new() -> Self {
        let authority = Authority::new();
        let tls = authority.server("localhost").serving(None);
        let key = TestKey::new(SigningAlg::ES256, "k1");
        Self {
            provider: TestProvider::start_with_tls(key, tls).await.0,
            authority,
            proxy: TestProxy::start().await,
        }
    }

    /// Reaches the provider from a process with `variables`.
    async fn reach(&self, variables: &[(&str, &str)]) {
        let mut process = tokio::process::Command::new(env::current_exe().unwrap());
        for inherited in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            process.env_remove(inherited);
            process.env_remove(inherited.to_uppercase());
        }
        let output = process
            .args(["--ignored", "--exact", "proxy::reaches_the_provider"])
            .env(METADATA_URL, self.provider.issuer.as_str())
            .env(AUTHORITY, self.authority.pem())
            .envs(variables.iter().copied())
            .output()
            .await
            .unwrap();
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && shown.contains("1 passed"),
            "{shown}"
        );
        assert_eq!(self.provider.count(Endpoint::Discovery), 1);
    }

    fn address(&self) -> String {
        format!("http://{}", self.proxy.address)
    }
}

#[tokio::test]
#[ignore = "run by the others, in an environment of theirs"]
async fn reaches_the_provider() {
    let http = HttpClient::new(HttpSettings {
        extra_ca_pems: vec![env::var(AUTHORITY).unwrap().into_bytes()],
        ..HttpSettings::default()
    });
    let settings = stagedoor_oidc::ClientSettings::new(
        env::var(METADATA_URL).unwrap().parse().unwrap(),
        "stagedoor",
        "https://app.example/callback".parse().unwrap(),
    );
    let party = RelyingParty::new(
        settings,
        http.unwrap(),
        std::sync::Arc::new(stagedoor_ambient::SystemClock),
        std::sync::Arc::new(stagedoor_ambient::SystemEntropy::default()),
    );
    party.metadata().await.unwrap();
}

#[tokio::test]
async fn https_goes_through_the_proxy() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let outside = Outside::new().await;
        outside.reach(&[(variable, &outside.address())]).await;
        let host = format!("localhost:{}", outside.provider.issuer.port().unwrap());
        assert_eq!(outside.proxy.tunnels(), [host], "{variable}");
    }
}

#[tokio::test]
async fn what_no_proxy_names_is_reached_directly() {
    for (variable, value) in [
        ("NO_PROXY", "localhost"),
        ("no_proxy", "id.example,localhost"),
        ("NO_PROXY", "*"),
    ] {
        let outside = Outside::new().await;
        let variables = [
            ("HTTPS_PROXY", outside.address()),
            (variable, value.to_owned()),
        ];
        let variables = variables
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        outside.reach(&variables).await;
        assert!(outside.proxy.tunnels().is_empty(), "{variable}={value}");
    }
}

#[tokio::test]
async fn a_proxy_for_http_is_none_for_https() {
    let outside = Outside::new().await;
    outside.reach(&[("http_proxy", &outside.address())]).await;
    assert!(outside.proxy.tunnels().is_empty());
}

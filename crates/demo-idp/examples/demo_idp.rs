//! A demo provider on port 9400 with one client: to look at its pages.
//!
//! `cargo run -p stagedoor-demo-idp --example demo_idp`, then open the URL it
//! prints.

use std::sync::Arc;

use stagedoor_ambient::{SystemClock, SystemEntropy};
use stagedoor_demo_idp::{DemoClient, DemoIdp, DemoSettings};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let redirect_uri = "http://localhost:7007/api/auth/oidc/handler/frame";
    let mut settings = DemoSettings::on("127.0.0.1:9400".parse()?);
    settings.clients.push(DemoClient {
        client_id: "stagedoor".to_owned(),
        client_secret: Some("not-a-secret".into()),
        redirect_uris: vec![redirect_uri.parse()?],
        post_logout_redirect_uris: vec!["http://localhost:3000/".parse()?],
    });
    let entropy = Arc::new(SystemEntropy::default());
    let idp = DemoIdp::bind(settings, Arc::new(SystemClock), entropy).await?;
    eprintln!(
        "{}authorize?client_id=stagedoor&response_type=code&scope=openid%20email%20profile&redirect_uri={redirect_uri}",
        idp.issuer(),
    );
    idp.serve(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
        .await?;
    Ok(())
}

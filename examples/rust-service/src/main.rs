//! `BACKSTAGE_AUTH_URL=http://localhost:7007/api/auth cargo run -p rust-service`

use std::{env, error::Error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let auth_url = env::var("BACKSTAGE_AUTH_URL")?;
    let service = rust_service::service(&auth_url)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Ok(axum::serve(listener, service).await?)
}

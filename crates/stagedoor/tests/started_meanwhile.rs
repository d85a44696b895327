//! What changes while the backend starts is a change.
#![allow(clippy::unwrap_used, reason = "a test may stop where it is wrong")]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;
use stagedoor::{AuthBackend, ConfigFiles};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// When the test fails; nothing waits for it otherwise.
const LONG: Duration = Duration::from_secs(60);

fn write(folder: &Path, title: &str) {
    let yaml = format!(
        "app: {{title: {title}, baseUrl: 'http://localhost:3000'}}
backend:
  baseUrl: http://localhost:7007
  listen: 127.0.0.1:0
  database: {{client: better-sqlite3, connection: ':memory:'}}
"
    );
    fs::write(folder.join("app-config.yaml"), yaml).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_between_the_reading_and_the_serving_is_not_lost() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "Before");
    let backend = AuthBackend::builder()
        .config(ConfigFiles::default_in(folder.path()))
        .build()
        .await
        .unwrap();
    write(folder.path(), "After");
    let readiness = format!(
        "http://{}/.backstage/health/v1/readiness",
        backend.address()
    );
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(backend.serve_until(async {
        let _ = stopped.await;
    }));
    let began = Instant::now();
    loop {
        let answer: Value = reqwest::get(&readiness)
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        if answer["configuration"]["changes"] == 1 {
            break;
        }
        assert!(began.elapsed() < LONG, "{answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

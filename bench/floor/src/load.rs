//! What a refresh costs in a server: the load program drives it.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::Command;

use crate::Failure;

const PEOPLE: &str = "2000";

/// CPU time of the server's process, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Costs {
    pub(crate) refresh_ms: f64,
    /// Of `/start` and the callback together.
    pub(crate) sign_in_ms: f64,
}

impl Costs {
    pub(crate) fn least(self, other: Self) -> Self {
        Self {
            refresh_ms: self.refresh_ms.min(other.refresh_ms),
            sign_in_ms: self.sign_in_ms.min(other.sign_in_ms),
        }
    }
}

#[derive(Deserialize)]
struct Report {
    phases: Vec<Phase>,
    problems: Vec<String>,
}

#[derive(Deserialize)]
struct Phase {
    name: String,
    cpu_ms_per_request: Option<f64>,
}

/// Lets 2,000 people sign in at `server`, and refresh for some seconds.
pub(crate) async fn costs(
    load: &Path,
    server: &Path,
    at_once: usize,
    seconds: u32,
) -> Result<Costs, Failure> {
    let directory = TempDir::new()?;
    let file = directory.path().join("report.json");
    let port = {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        free.local_addr()?.port()
    };
    let output = Command::new(load)
        .args(["run", "--people", PEOPLE, "--hour", "0", "--anew", "0"])
        .args(["--provider", &format!("127.0.0.1:{port}")])
        .args(["--duration", &seconds.to_string()])
        .args(["--concurrency", &at_once.to_string()])
        .arg("--server")
        .arg(server)
        .arg("--directory")
        .arg(directory.path())
        .arg("--report")
        .arg(&file)
        .output()
        .await?;
    if !file.exists() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let report: Report = serde_json::from_slice(&std::fs::read(file)?)?;
    if let Some(problem) = report.problems.first() {
        return Err(problem.clone().into());
    }
    let of = |name: &str| {
        let phase = report.phases.iter().find(|phase| phase.name == name);
        phase
            .and_then(|phase| phase.cpu_ms_per_request)
            .ok_or("the load program did not say what the server took")
    };
    Ok(Costs {
        refresh_ms: of("hours")?,
        sign_in_ms: of("sign_ins")? * 2.0,
    })
}

//! The server under load, where the load program starts it itself.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

/// How long it may take to be ready: it reads a catalog of everyone.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOG_FILE: &str = "server.log";

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServerError {
    #[error("{0} cannot be started: {1}")]
    Start(PathBuf, io::Error),
    #[error("the server ended before it was ready; see {0}")]
    Ended(PathBuf),
    #[error("the server was not ready in time; see {0}")]
    NotReady(PathBuf),
}

/// A process that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts `binary` with the configuration at `config`; its log goes beside.
    ///
    /// # Errors
    /// When it does not get ready.
    pub(crate) async fn start(
        binary: &Path,
        config: &Path,
        base_url: &str,
    ) -> Result<Self, ServerError> {
        let failed = |error| ServerError::Start(binary.to_owned(), error);
        let log = config.with_file_name(LOG_FILE);
        let output = File::create(&log).map_err(failed)?;
        let child = Command::new(binary)
            .args(["serve", "--config"])
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let mut server = Self { child, log };
        server.until_ready(base_url).await?;
        Ok(server)
    }

    /// Its process id, while it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    async fn until_ready(&mut self, base_url: &str) -> Result<(), ServerError> {
        let deadline = Instant::now() + PATIENCE;
        let readiness = format!("{base_url}/.backstage/health/v1/readiness");
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return Err(ServerError::Ended(self.log.clone()));
            }
            if reqwest::get(&readiness)
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            sleep(LOOK_AGAIN).await;
        }
        Err(ServerError::NotReady(self.log.clone()))
    }
}

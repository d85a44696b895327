//! `stagedoor health`

use std::{process::ExitCode, time::Duration};

use clap::Args;
use reqwest::StatusCode;
use stagedoor_config::{Backend, Environment, Known, load};

use super::{config_args::ConfigArgs, report};
use crate::StartError;

/// Longer than the server waits for its database before it says that it is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which server, and what to ask it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stagedoor health --config app-config.yaml
  stagedoor health --config app-config.yaml --live")]
pub(super) struct HealthArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Ask whether it runs; it may be waiting for its database.
    #[arg(long)]
    live: bool,
}

/// Why it is not well, or not known to be.
#[derive(Debug, thiserror::Error)]
enum HealthError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{url} does not answer: {source}")]
    NoAnswer { url: String, source: reqwest::Error },
    #[error("{url} answers {status}")]
    Unwell { url: String, status: StatusCode },
}

pub(super) async fn run(args: HealthArgs) -> ExitCode {
    match ask(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(HealthError::Start(error)) => report::start_error(&error),
        Err(error) => report::failed(&error),
    }
}

async fn ask(args: HealthArgs) -> Result<(), HealthError> {
    let environment = Environment::of_this_process();
    let loaded =
        load(&args.config.into(), &environment, &Known::default()).map_err(StartError::from)?;
    let url = url(&loaded.settings.backend, args.live);
    match answer(&url).await {
        Ok(status) if status.is_success() => Ok(()),
        Ok(status) => Err(HealthError::Unwell { url, status }),
        Err(source) => Err(HealthError::NoAnswer { url, source }),
    }
}

/// The certificate is for the name that browsers know, which is not asked for
/// here; what is asked is no secret.
async fn answer(url: &str) -> reqwest::Result<StatusCode> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .tls_danger_accept_invalid_certs(true)
        .build()?;
    Ok(client.get(url).send().await?.status())
}

/// Where the server of this configuration answers on this machine.
fn url(backend: &Backend, live: bool) -> String {
    let scheme = if backend.https.is_some() {
        "https"
    } else {
        "http"
    };
    let host = match backend.listen.host.as_deref() {
        // Every address takes loopback in; a container may not know the name.
        None | Some("0.0.0.0") => "127.0.0.1".to_owned(),
        Some("::") => "[::1]".to_owned(),
        Some(host) if host.contains(':') => format!("[{host}]"),
        Some(host) => host.to_owned(),
    };
    let what = if live { "liveness" } else { "readiness" };
    let port = backend.listen.port;
    format!("{scheme}://{host}:{port}/.backstage/health/v1/{what}")
}

#[cfg(test)]
mod tests {
    use stagedoor_config::load_str;

    use super::*;

    fn url_of(backend: &str) -> String {
        let yaml = format!(
            "app: {{ baseUrl: http://localhost:3000 }}\nbackend:\n  baseUrl: http://localhost:7007\n  database: {{ client: better-sqlite3, connection: ':memory:' }}\n  {backend}\n"
        );
        let loaded = load_str(&yaml, &Environment::default(), &Known::default()).unwrap();
        url(&loaded.settings.backend, false)
    }

    #[test]
    fn the_server_is_asked_where_it_listens() {
        let health = ".backstage/health/v1/readiness";
        for (backend, place) in [
            ("listen: ':7008'", "http://127.0.0.1:7008"),
            ("listen: 0.0.0.0:7008", "http://127.0.0.1:7008"),
            ("listen: '[::]:7008'", "http://[::1]:7008"),
            ("listen: 127.0.0.2:7008", "http://127.0.0.2:7008"),
            ("listen: '[::1]:7008'", "http://[::1]:7008"),
            ("https: true", "https://127.0.0.1:7007"),
        ] {
            assert_eq!(url_of(backend), format!("{place}/{health}"), "{backend}");
        }
    }
}

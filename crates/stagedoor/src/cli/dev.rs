//! `stagedoor dev`

use std::{
    io::{Write, stdout},
    process::{Command, Stdio},
};

use clap::Args;

use crate::{
    StartError,
    backend::stop_signal,
    dev::{Demo, DevPorts},
};

/// Starts everything needed to try a sign-in. For development only: it listens
/// on loopback addresses and forgets everything when it stops.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  stagedoor dev --open")]
pub(super) struct DevArgs {
    /// The server's port.
    #[arg(long, default_value_t = 7007, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// The demo identity provider's port.
    #[arg(long, default_value_t = 7017, value_parser = clap::value_parser!(u16).range(1..))]
    idp_port: u16,
    /// Open the sign-in page in the browser.
    #[arg(long)]
    open: bool,
}

pub(super) async fn run(args: DevArgs) -> Result<(), StartError> {
    let demo = Demo::start(DevPorts {
        server: args.port,
        identity_provider: args.idp_port,
    })
    .await?;
    let url = demo.url().clone();
    let line = format!(
        "Stagedoor for development only: open {url} to sign in (people are in {})\n",
        demo.catalog().display()
    );
    // Nobody may be reading; that is no reason not to serve.
    let _ = stdout().write_all(line.as_bytes());
    if args.open {
        open(url.as_str());
    }
    demo.run(stop_signal()).await
}

fn open(url: &str) {
    let (program, before): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/c", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let started = Command::new(program)
        .args(before)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = started {
        tracing::warn!(%error, "the browser could not be opened");
    }
}

//! Load for a Stagedoor: real sign-ins and refreshes of thousands of people,
//! over HTTP, with a fast OpenID provider of its own. See the README.

mod bench;
mod browser;
mod cli;
mod cookies;
mod drive;
mod failure;
mod frame;
mod growth;
mod house;
mod measure;
mod people;
mod process;
mod provider;
mod report;
mod run;
mod server;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::main().await
}

//! Serves `app-config.yaml` of this folder, or the files named as arguments.

use std::{path::PathBuf, process::ExitCode};

use stagedoor::ConfigFiles;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let named: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let files = if named.is_empty() {
        ConfigFiles::default_in(env!("CARGO_MANIFEST_DIR"))
    } else {
        ConfigFiles::explicit(named)
    };
    let served = async {
        custom_resolver::auth_backend()
            .config(files)
            .build()
            .await?
            .serve()
            .await
    };
    match served.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

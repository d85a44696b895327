//! What is said when a command fails.

use std::{fmt::Display, process::ExitCode};

use crate::StartError;

const RUNTIME: u8 = 1;
const CONFIGURATION: u8 = 2;

/// Says what went wrong; the exit code says of what kind it was.
pub(super) fn start_error(error: StartError) -> ExitCode {
    let configuration = error.is_configuration();
    match error {
        StartError::Config(errors) => eprintln!("{:?}", miette::Report::new(errors)),
        error => eprintln!("stagedoor: {error}"),
    }
    ExitCode::from(if configuration {
        CONFIGURATION
    } else {
        RUNTIME
    })
}

/// Says what went wrong with the process itself.
pub(super) fn failed(error: &impl Display) -> ExitCode {
    eprintln!("stagedoor: {error}");
    ExitCode::from(RUNTIME)
}

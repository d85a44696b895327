//! What is said when a command fails.

use std::{
    fmt::{self, Display},
    io::{IsTerminal, stderr},
    process::ExitCode,
};

use miette::{Diagnostic, MietteHandlerOpts, ReportHandler};
use stagedoor_config::ConfigErrors;

use crate::StartError;

const RUNTIME: u8 = 1;
const CONFIGURATION: u8 = 2;

/// Says what went wrong; the exit code says of what kind it was.
pub(super) fn start_error(error: &StartError) -> ExitCode {
    match error {
        StartError::Config(errors) => config_errors(errors),
        error => eprintln!("stagedoor: {error}"),
    }
    ExitCode::from(if error.is_configuration() {
        CONFIGURATION
    } else {
        RUNTIME
    })
}

/// Says what is wrong with the configuration: to people with the lines it is
/// about, to everyone else one line a mistake, as compilers do.
pub(super) fn config_errors(errors: &ConfigErrors) {
    if stderr().is_terminal() {
        eprintln!("{}", ForTerminal(&errors.report()));
        return;
    }
    for warning in errors.warnings() {
        eprintln!("warning: {warning}");
    }
    eprintln!("{errors}");
}

/// With colours, symbols and width as the terminal has them.
struct ForTerminal<'a>(&'a dyn Diagnostic);

impl Display for ForTerminal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        MietteHandlerOpts::new().build().debug(self.0, f)
    }
}

/// Says what went wrong with the process itself.
pub(super) fn failed(error: &impl Display) -> ExitCode {
    eprintln!("stagedoor: {error}");
    ExitCode::from(RUNTIME)
}

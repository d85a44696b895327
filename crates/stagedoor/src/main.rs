//! The `stagedoor` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    stagedoor::cli::main()
}

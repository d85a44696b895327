//! The `stagedoor` command.

use std::process::ExitCode;

/// The C library's own has threads wait for one another where one frees what
/// another has made, as a request's tasks do: with 64 refreshes at once that was
/// a third of their CPU.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stagedoor::cli::main()
}

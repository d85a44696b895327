//! The `stagedoor` command.

use std::process::ExitCode;

/// musl's own is slow when threads share it.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stagedoor::cli::main()
}

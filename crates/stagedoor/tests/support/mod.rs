//! Running the command as a process of its own.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "each test uses a part of it, and a test may stop where it is wrong"
)]

use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

/// The command with nothing of this process's environment.
pub fn stagedoor(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stagedoor"));
    command
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn exit_code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

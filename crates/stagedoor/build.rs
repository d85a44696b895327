//! Tells the program which commit it is built from.

use std::{path::Path, process::Command};

/// Set by whoever builds without the repository, or knows better.
const COMMIT: &str = "STAGEDOOR_COMMIT";
const DATE: &str = "STAGEDOOR_COMMIT_DATE";

fn main() {
    for name in [COMMIT, DATE] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    let (commit, date) = said().or_else(found).unwrap_or_default();
    println!("cargo::rustc-env={COMMIT}={commit}");
    println!(
        "cargo::rustc-env=STAGEDOOR_DESCRIBED={}",
        described(&commit, &date)
    );
}

fn described(commit: &str, date: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match (commit, date) {
        ("", _) => version.to_owned(),
        (commit, "") => format!("{version} ({commit})"),
        (commit, date) => format!("{version} ({commit} {date})"),
    }
}

fn said() -> Option<(String, String)> {
    let commit = std::env::var(COMMIT).ok().filter(|it| !it.is_empty())?;
    Some((commit, std::env::var(DATE).unwrap_or_default()))
}

/// What git says, of a release that is built in its own repository: the sources
/// may lie unpacked in somebody else's. Other builds go without, so that no
/// commit makes them anew.
fn found() -> Option<(String, String)> {
    let here = std::env::var("CARGO_MANIFEST_DIR").ok()?;
    let root = Path::new(&here).ancestors().nth(2)?;
    if std::env::var("PROFILE").ok()? != "release" || !root.join(".git").exists() {
        return None;
    }
    // Written by every commit and checkout, unlike HEAD.
    let log = root.join(git(root, &["rev-parse", "--git-path", "logs/HEAD"])?);
    if log.exists() {
        println!("cargo::rerun-if-changed={}", log.display());
    }
    let shown = git(root, &["show", "--no-patch", "--format=%h %cs", "HEAD"])?;
    let (commit, date) = shown.split_once(' ')?;
    Some((commit.to_owned(), date.to_owned()))
}

fn git(root: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(args)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

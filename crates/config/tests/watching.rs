//! A change of a file is told, and only a change.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use stagedoor_config::{Watcher, watch};
use tempfile::TempDir;
use tokio::time::timeout;

/// Longer than any notice takes; only reached when a test fails.
const LONG: Duration = Duration::from_secs(60);

async fn is_told(watcher: &mut Watcher) -> bool {
    timeout(LONG, watcher.changed()).await.unwrap_or(false)
}

fn directory() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app-config.yaml");
    fs::write(&file, "a: 1").unwrap();
    (directory, file)
}

fn replace(file: &Path, text: &str) {
    let new = file.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(new, file).unwrap();
}

#[tokio::test]
async fn tells_a_write_a_replacement_and_a_removal() {
    let (_directory, file) = directory();
    let mut watcher = watch([&file]).unwrap();
    fs::write(&file, "a: 2").unwrap();
    assert!(is_told(&mut watcher).await);
    replace(&file, "a: 3");
    assert!(is_told(&mut watcher).await);
    fs::remove_file(&file).unwrap();
    assert!(is_told(&mut watcher).await);
}

#[tokio::test]
async fn tells_a_file_that_appears() {
    let (directory, file) = directory();
    let local = directory.path().join("app-config.local.yaml");
    let mut watcher = watch([file, local.clone()]).unwrap();
    fs::write(&local, "a: 2").unwrap();
    assert!(is_told(&mut watcher).await);
}

/// The way Kubernetes updates a ConfigMap: `app-config.yaml` → `..data/app-config.yaml`,
/// where `..data` → a directory, and only `..data` is swapped.
#[tokio::test]
async fn tells_a_swapped_symbolic_link() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    for (version, text) in [("..1", "a: 1"), ("..2", "a: 2")] {
        fs::create_dir(at(version)).unwrap();
        fs::write(at(version).join("app-config.yaml"), text).unwrap();
    }
    symlink("..1", at("..data")).unwrap();
    symlink("..data/app-config.yaml", at("app-config.yaml")).unwrap();
    let mut watcher = watch([at("app-config.yaml")]).unwrap();
    symlink("..2", at("..data_tmp")).unwrap();
    fs::rename(at("..data_tmp"), at("..data")).unwrap();
    assert!(is_told(&mut watcher).await);
}

/// What is written again as it was must not count: the next word is of the
/// change that follows, and there is one word only.
#[tokio::test]
async fn does_not_tell_what_is_no_change() {
    let (directory, file) = directory();
    let other = directory.path().join("other.txt");
    let mut watcher = watch([&file]).unwrap();
    for _ in 0..3 {
        replace(&file, "a: 1");
        fs::write(&other, "x").unwrap();
    }
    assert!(
        timeout(Duration::from_millis(600), watcher.changed())
            .await
            .is_err()
    );
    replace(&file, "a: 2");
    assert!(is_told(&mut watcher).await);
}

//! What relative paths in settings are relative to.

use std::path::{Path, PathBuf};

use crate::{environment::Environment, layers::normal_path};

/// The directories a relative path may start from, best first.
///
/// Backstage takes the working directory of its process. That is `packages/backend`
/// while developing and the directory of the configuration in its container
/// image, so a configuration that works there works here from either place.
pub(super) struct Paths {
    bases: Vec<PathBuf>,
}

impl Paths {
    pub(super) fn new(env: &Environment, directories: &[PathBuf]) -> Self {
        let working = env.working_directory();
        let mut bases: Vec<PathBuf> = working.map(Path::to_owned).into_iter().collect();
        for directory in directories {
            let directory = match working {
                Some(working) => working.join(directory),
                None => directory.clone(),
            };
            bases.push(directory.clone());
            bases.push(directory.join("packages").join("backend"));
        }
        Self { bases }
    }

    /// A path to something that should exist: from the first base it exists at.
    pub(super) fn existing(&self, path: &str) -> PathBuf {
        self.first(path, |candidate| candidate.exists())
    }

    /// The same for a glob: what comes before its first wildcard should exist.
    pub(super) fn existing_glob(&self, glob: &str) -> PathBuf {
        self.first(glob, |candidate| fixed_part(candidate).exists())
    }

    /// A path to something that may be made: from the first base.
    pub(super) fn new_in_first(&self, path: &str) -> PathBuf {
        self.first(path, |_| true)
    }

    fn first(&self, path: &str, fits: impl Fn(&Path) -> bool) -> PathBuf {
        let candidates = || self.bases.iter().map(|base| normal_path(&base.join(path)));
        candidates()
            .find(|candidate| fits(candidate))
            .or_else(|| candidates().next())
            .unwrap_or_else(|| PathBuf::from(path))
    }
}

/// The path up to the first component that has a wildcard in it.
fn fixed_part(glob: &Path) -> PathBuf {
    glob.components()
        .take_while(|component| {
            let text = component.as_os_str().to_string_lossy();
            !text.contains(['*', '?', '[', '{', '!'])
        })
        .collect()
}

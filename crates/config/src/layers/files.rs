//! Which files make a configuration.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::store::{Store, display};
use crate::{
    document::{Place, Source},
    environment::Environment,
    problem::{Problem, Report},
};

/// The configuration files, later ones over earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFiles(Selection);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Selection {
    DefaultIn(PathBuf),
    Explicit(Vec<PathBuf>),
}

impl ConfigFiles {
    /// What Backstage reads when it is told nothing: `app-config.yaml`, then
    /// `app-config.local.yaml` if there is one. For each name in the variable
    /// `BACKSTAGE_ENV`, `app-config.<name>.yaml` comes after the first and
    /// `app-config.<name>.local.yaml` after the last.
    #[must_use]
    pub fn default_in(directory: impl Into<PathBuf>) -> Self {
        Self(Selection::DefaultIn(directory.into()))
    }

    /// Exactly these files, in this order: what `--config` was given. None at
    /// all is the same as the default in the working directory.
    #[must_use]
    pub fn explicit(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        let paths: Vec<PathBuf> = paths.into_iter().map(Into::into).collect();
        if paths.is_empty() {
            return Self::default_in(".");
        }
        Self(Selection::Explicit(paths))
    }

    /// The files to read. A file that must exist is listed even if it does not.
    pub(super) fn resolve(
        &self,
        env: &Environment,
        store: &mut Store,
        report: &Report,
    ) -> Vec<PathBuf> {
        match &self.0 {
            Selection::Explicit(paths) => paths
                .iter()
                .filter(|path| is_no_url(path, report))
                .cloned()
                .collect(),
            Selection::DefaultIn(directory) => default_files(directory, env, store),
        }
    }
}

/// Names the first file: for problems that belong to no file.
impl fmt::Display for ConfigFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Selection::DefaultIn(directory) => {
                f.write_str(&display(&directory.join("app-config.yaml")))
            }
            Selection::Explicit(paths) => match paths.first() {
                Some(path) => f.write_str(&display(path)),
                None => Ok(()),
            },
        }
    }
}

fn default_files(directory: &Path, env: &Environment, store: &mut Store) -> Vec<PathBuf> {
    let names: Vec<&str> = env
        .get("BACKSTAGE_ENV")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let of_environments = |suffix: &'static str| {
        names
            .iter()
            .map(move |name| format!("app-config.{name}{suffix}"))
    };
    let mut files = vec![directory.join("app-config.yaml")];
    let optional = of_environments(".yaml")
        .chain(["app-config.local.yaml".to_owned()])
        .chain(of_environments(".local.yaml"));
    for name in optional {
        let path = directory.join(name);
        if path.exists() {
            files.push(path);
        } else {
            store.note_missing(path);
        }
    }
    files
}

fn is_no_url(path: &Path, report: &Report) -> bool {
    let text = path.to_string_lossy();
    let is_url = text.starts_with("http://") || text.starts_with("https://");
    if is_url {
        let place = Place::of(&Source::named(
            crate::document::hide_credentials(&text).into_owned(),
        ));
        report.unreadable(
            Problem::new(
                &place,
                "",
                "a configuration is read from files, not from a URL",
            )
            .with_help("download it first and give the path of the file"),
        );
    }
    !is_url
}

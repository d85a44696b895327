//! The environment a configuration is read in.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use crate::text::trim;

/// The environment variables and the working directory a configuration is read
/// with.
///
/// Nothing in this crate asks the operating system for them on its own; the
/// binary does so once, with [`Environment::of_this_process`].
///
/// ```
/// use stagedoor_config::Environment;
///
/// let env: Environment = [("AUTH_SECRET", "hunter2")].into_iter().collect();
/// assert_eq!(env.get("AUTH_SECRET"), Some("hunter2"));
/// assert!(!format!("{env:?}").contains("hunter2"));
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    working_directory: Option<PathBuf>,
}

impl Environment {
    /// The variables and the working directory of the running process.
    /// Variables that are not Unicode are left out: no configuration can name them.
    #[must_use]
    pub fn of_this_process() -> Self {
        let environment = Self::from_os(std::env::vars_os());
        match std::env::current_dir() {
            Ok(directory) => environment.with_working_directory(directory),
            Err(_) => environment,
        }
    }

    /// Takes variables as the operating system gives them, leaving out those
    /// that are not Unicode.
    pub fn from_os(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The same variables with this working directory. Backstage resolves
    /// catalog files, key files and the SQLite directory against it.
    #[must_use]
    pub fn with_working_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.working_directory = Some(directory.into());
        self
    }

    /// The value of a variable as it was set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The value as `${NAME}` sees it: Backstage trims it.
    pub(crate) fn substitution(&self, name: &str) -> Option<&str> {
        self.get(name).map(trim)
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn working_directory(&self) -> Option<&Path> {
        self.working_directory.as_deref()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self {
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            working_directory: None,
        }
    }
}

/// Shows the names only: any value may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("working_directory", &self.working_directory)
            .finish()
    }
}

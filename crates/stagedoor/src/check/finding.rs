//! What a check finds.

use serde::Serialize;

use crate::StartError;

/// The longest text shown, in characters.
const LONGEST: usize = 2_000;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// Works, but deserves a look.
    Warning,
    /// Would not work.
    Failure,
}

/// One thing that a check found. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The check that found it.
    pub(crate) check: &'static str,
    pub(crate) level: Level,
    /// What was found.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) todo: Option<String>,
    /// Whether the configuration is at fault: the server would not start.
    pub(crate) is_mistake: bool,
}

impl Finding {
    pub(crate) fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self::new(check, Level::Ok, what.into(), None)
    }

    pub(crate) fn warning(
        check: &'static str,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self::new(check, Level::Warning, what.into(), Some(todo.into()))
    }

    pub(crate) fn failure(
        check: &'static str,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self::new(check, Level::Failure, what.into(), Some(todo.into()))
    }

    /// What keeps the server from starting.
    pub(crate) fn start_error(check: &'static str, error: &StartError) -> Self {
        Self {
            is_mistake: error.is_configuration(),
            ..Self::new(check, Level::Failure, error.to_string(), None)
        }
    }

    fn new(check: &'static str, level: Level, what: String, todo: Option<String>) -> Self {
        Self {
            check,
            level,
            what: shortened(what),
            todo: todo.map(shortened),
            is_mistake: false,
        }
    }
}

/// What a provider says of itself may be of any length.
fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The findings about one part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    /// The configuration key, such as `auth.providers.oidc.development`.
    pub(crate) subject: String,
    pub(crate) findings: Vec<Finding>,
}

impl Section {
    pub(crate) fn new(
        subject: impl Into<String>,
        findings: impl IntoIterator<Item = Finding>,
    ) -> Self {
        Self {
            subject: subject.into(),
            findings: findings.into_iter().collect(),
        }
    }
}

//! Where a value stands.

use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use super::redact::redact;

/// A file, an inline text or an environment variable that values come from.
pub(crate) struct Source {
    name: String,
    text: Option<String>,
    /// Where the tree found secrets; set once the text was parsed.
    secrets: OnceLock<Vec<Range<usize>>>,
    redacted: OnceLock<Arc<String>>,
}

impl Source {
    /// A source with a text to point into.
    pub(crate) fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::build(name.into(), Some(text.into()))
    }

    /// A source that has a name only, such as an environment variable.
    pub(crate) fn named(name: impl Into<String>) -> Arc<Self> {
        Self::build(name.into(), None)
    }

    fn build(name: String, text: Option<String>) -> Arc<Self> {
        Arc::new(Self {
            name,
            text,
            secrets: OnceLock::new(),
            redacted: OnceLock::new(),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The raw text; empty for a source without one. Never to be shown.
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Tells where in the text secrets stand.
    pub(crate) fn mark_secrets(&self, spans: Vec<Range<usize>>) {
        // A second parse of the same source would find the same spans.
        let _ = self.secrets.set(spans);
    }

    /// The text with every secret taken out, line by line as it was.
    pub(crate) fn redacted(&self) -> Option<Arc<String>> {
        let text = self.text.as_deref()?;
        let spans = self.secrets.get().map(Vec::as_slice).unwrap_or_default();
        Some(Arc::clone(
            self.redacted.get_or_init(|| Arc::new(redact(text, spans))),
        ))
    }
}

/// A position in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    /// In bytes.
    pub(crate) start: usize,
    /// In bytes, excluded.
    pub(crate) end: usize,
}

/// Where a value stands: a source, and a position in it where it has a text.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) source: Arc<Source>,
    pub(crate) position: Option<Position>,
}

impl Place {
    pub(crate) fn at(source: &Arc<Source>, position: Position) -> Self {
        Self {
            source: Arc::clone(source),
            position: Some(position),
        }
    }

    pub(crate) fn of(source: &Arc<Source>) -> Self {
        Self {
            source: Arc::clone(source),
            position: None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source.name)?;
        match self.position {
            Some(Position { line, column, .. }) => write!(f, ":{line}:{column}"),
            None => Ok(()),
        }
    }
}

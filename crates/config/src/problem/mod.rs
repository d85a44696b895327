//! What is wrong with a configuration, and where.

mod describe;
mod report;
mod suggest;

use std::{fmt, path::PathBuf, sync::Arc};

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};
use serde::Serialize;

use crate::document::Place;

pub(crate) use describe::{describe, found};
pub(crate) use report::Report;
pub(crate) use suggest::{nearest, one_of};

/// One mistake, or one thing worth a warning, with its place.
///
/// Its `Display` is one line: `app-config.yaml:12:7: auth.session.secret: …`.
/// No field holds a value that is a secret or came from the environment.
#[derive(Clone, Serialize)]
pub struct Problem {
    /// The file it stands in, or the environment variable.
    pub file: String,
    /// From 1; absent where there is no text to point into.
    pub line: Option<usize>,
    /// In characters, from 1.
    pub column: Option<usize>,
    /// The key, such as `auth.providers.oidc.development.prompt`; empty for a
    /// mistake of the whole file.
    pub path: String,
    /// What was found and what is allowed.
    pub message: String,
    /// What to do about it, such as the key that was probably meant.
    pub help: Option<String>,
    #[serde(skip)]
    snippet: Option<Snippet>,
}

/// The lines to show with a problem, secrets taken out.
#[derive(Clone)]
struct Snippet {
    source: NamedSource<Arc<String>>,
    span: SourceSpan,
}

/// A warning looks like a mistake; the configuration is used all the same.
pub type ConfigWarning = Problem;

impl Problem {
    pub(crate) fn new(place: &Place, path: &str, message: impl Into<String>) -> Self {
        Self {
            file: place.source.name().to_owned(),
            line: place.position.map(|position| position.line),
            column: place.position.map(|position| position.column),
            path: path.to_owned(),
            message: message.into(),
            help: None,
            snippet: Snippet::of(place),
        }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The line without its place, for where the place is shown otherwise.
    fn summary(&self) -> String {
        if self.path.is_empty() {
            self.message.clone()
        } else {
            format!("{}: {}", self.path, self.message)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.summary())?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.as_ref().map(|s| &s.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let snippet = self.snippet.as_ref()?;
        let label = LabeledSpan::new_with_span(Some("here".to_owned()), snippet.span);
        Some(Box::new(std::iter::once(label)))
    }
}

impl Snippet {
    fn of(place: &Place) -> Option<Self> {
        let position = place.position?;
        let text = place.source.redacted()?;
        let (start, line) = nth_line(&text, position.line)?;
        // Redaction may have shortened the line: stay inside of it.
        let offset = line
            .char_indices()
            .nth(position.column - 1)
            .map_or(line.len(), |(offset, _)| offset);
        let length = position.end.saturating_sub(position.start);
        let length = (0..=length.min(line.len() - offset))
            .rev()
            .find(|length| line.is_char_boundary(offset + length))
            .unwrap_or(0);
        Some(Self {
            source: NamedSource::new(place.source.name(), text),
            span: (start + offset, length).into(),
        })
    }
}

fn nth_line(text: &str, number: usize) -> Option<(usize, &str)> {
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        if index + 1 == number {
            return Some((start, line.trim_end_matches('\r')));
        }
        start += line.len() + 1;
    }
    None
}

/// Every mistake of a configuration, at once.
///
/// `Display` has one line for each. As a [`Diagnostic`] each is related to this
/// one with its lines of the file; [`ConfigErrors::report`] is the form for a
/// terminal.
pub struct ConfigErrors {
    problems: Vec<Problem>,
    warnings: Vec<ConfigWarning>,
    files: Vec<PathBuf>,
}

impl ConfigErrors {
    pub(crate) fn new(
        problems: Vec<Problem>,
        warnings: Vec<ConfigWarning>,
        files: Vec<PathBuf>,
    ) -> Self {
        Self {
            problems,
            warnings,
            files,
        }
    }

    /// The mistakes, in the order of the settings.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What was worth a warning besides.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.warnings
    }

    /// The files that were read or looked for: to watch for the change that
    /// puts it right.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The same as a diagnostic with a short title, for a terminal.
    #[must_use]
    pub fn report(&self) -> ConfigReport<'_> {
        ConfigReport(self)
    }

    fn related(&self) -> Box<dyn Iterator<Item = &dyn Diagnostic> + '_> {
        Box::new(self.problems.iter().map(|p| p as &dyn Diagnostic))
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for ConfigErrors {}

impl Diagnostic for ConfigErrors {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(self.related())
    }
}

/// [`ConfigErrors`] under a short title.
pub struct ConfigReport<'e>(&'e ConfigErrors);

impl fmt::Display for ConfigReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.problems.len() {
            1 => write!(f, "the configuration has a mistake"),
            n => write!(f, "the configuration has {n} mistakes"),
        }
    }
}

impl fmt::Debug for ConfigReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for ConfigReport<'_> {}

impl Diagnostic for ConfigReport<'_> {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(self.0.related())
    }
}

//! A value of the configuration.

use secrecy::SecretString;
use url::Url;

use crate::{
    document::{Node, Place, Value, is_sensitive},
    problem::{Problem, Report, describe, found, nearest, one_of},
    text,
};

/// A value with its path, ready to be read as what it should be. Every reading
/// that fails is reported once, and gives `None`.
#[derive(Clone)]
pub(crate) struct Field<'a> {
    pub(crate) node: &'a Node,
    pub(crate) key_place: &'a Place,
    pub(crate) key: &'a str,
    pub(crate) path: String,
    pub(super) report: &'a Report,
}

impl<'a> Field<'a> {
    pub(super) fn new(
        node: &'a Node,
        key_place: &'a Place,
        key: &'a str,
        path: String,
        report: &'a Report,
    ) -> Self {
        Self {
            node,
            key_place,
            key,
            path,
            report,
        }
    }

    /// Reports that the value is not what is `expected`.
    pub(crate) fn wrong<T>(&self, expected: &str) -> Option<T> {
        self.report.error(self.wrong_problem(expected));
        None
    }

    fn wrong_problem(&self, expected: &str) -> Problem {
        let message = found(self.node, is_sensitive(self.key), expected);
        Problem::new(&self.node.place, &self.path, message)
    }

    /// Reports something else about the value.
    pub(crate) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(&self.node.place, &self.path, message)
    }

    /// What the value is called in a message.
    pub(crate) fn described(&self) -> String {
        describe(self.node, is_sensitive(self.key))
    }

    pub(crate) fn error<T>(&self, problem: Problem) -> Option<T> {
        self.report.error(problem);
        None
    }

    pub(crate) fn warn(&self, problem: Problem) {
        self.report.warn(problem);
    }

    /// The text, if it is one, without a word if it is not.
    pub(crate) fn as_text(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one, without a word if it is not.
    pub(crate) fn as_boolean(&self) -> Option<bool> {
        match &self.node.value {
            Value::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self.node.value, Value::Object(_))
    }

    /// A string that is not empty.
    pub(crate) fn string(&self) -> Option<String> {
        self.str().map(str::to_owned)
    }

    pub(crate) fn str(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) if !text.is_empty() => Some(text),
            Value::Number(_) | Value::Bool(_) => {
                let problem = self.wrong_problem("a string").with_help("put it in quotes");
                self.error(problem)
            }
            _ => self.wrong("a string"),
        }
    }

    pub(crate) fn secret(&self) -> Option<SecretString> {
        self.string().map(SecretString::from)
    }

    /// `true`, `false`, or one of the words that Backstage takes for them.
    pub(crate) fn boolean(&self) -> Option<bool> {
        const EXPECTED: &str = "true or false";
        if let Value::Bool(bool) = &self.node.value {
            return Some(*bool);
        }
        let word = self
            .node
            .scalar_text()
            .map(|word| text::trim(&word).to_ascii_lowercase());
        match word.as_deref() {
            Some("y" | "yes" | "true" | "1" | "on") => Some(true),
            Some("n" | "no" | "false" | "0" | "off") => Some(false),
            _ => self.wrong(EXPECTED),
        }
    }

    /// A number, also when it is written as a string.
    pub(crate) fn number(&self) -> Option<f64> {
        let number = match &self.node.value {
            Value::Number(number) if number.is_finite() => Some(*number),
            Value::Text(text) => text::number(text),
            _ => None,
        };
        number.or_else(|| self.wrong("a number"))
    }

    /// A TCP port.
    pub(crate) fn port(&self) -> Option<u16> {
        let number = match &self.node.value {
            Value::Number(number) => Some(*number),
            Value::Text(text) => text::number(text),
            _ => None,
        };
        let port = number.filter(|n| n.fract() == 0.0 && (0.0..=65535.0).contains(n));
        match port {
            Some(port) => Some(port as u16),
            None => self.wrong("a port from 0 to 65535"),
        }
    }

    /// An absolute `http:` or `https:` URL.
    pub(crate) fn url(&self) -> Option<Url> {
        const EXPECTED: &str = "an http:// or https:// URL";
        let text = self.str()?;
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Some(url),
            _ => self.wrong(EXPECTED),
        }
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let word = self.str()?;
        let names = || choices.iter().map(|(name, _)| *name);
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
            return Some(*choice);
        }
        let mut problem = self.wrong_problem(&one_of(names()));
        if let Some(meant) = nearest(word, names()).filter(|_| !self.node.hidden) {
            problem = problem.with_help(format!("did you mean `{meant}`?"));
        }
        self.error(problem)
    }

    /// A list of strings that are not empty.
    pub(crate) fn strings(&self) -> Option<Vec<String>> {
        if !self.is_list() {
            return self.wrong("a list of strings");
        }
        let items = self.items();
        let strings: Vec<_> = items.iter().filter_map(Field::string).collect();
        (strings.len() == items.len()).then_some(strings)
    }

    /// A string, or a list of them.
    pub(crate) fn string_or_strings(&self) -> Option<Vec<String>> {
        if self.is_list() {
            self.strings()
        } else if self.as_text().is_some() {
            self.string().map(|one| vec![one])
        } else {
            self.wrong("a string or a list of strings")
        }
    }

    /// The items of a list; none if it is no list.
    pub(crate) fn items(&self) -> Vec<Field<'a>> {
        let Value::List(items) = &self.node.value else {
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .map(|(index, node)| Self {
                node,
                key_place: &node.place,
                key: self.key,
                path: format!("{}[{index}]", self.path),
                report: self.report,
            })
            .collect()
    }
}

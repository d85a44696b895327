//! Query and form parameters, each at most once.

use crate::error::ApiError;

/// More parameters than this are a mistake or an attack.
const MAX_PARAMETERS: usize = 50;

/// The parameters of a request, in order.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Parses `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded);
        Self(
            pairs
                .take(MAX_PARAMETERS)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    pub(crate) fn of_query(uri: &http::Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    /// The one value of `name`.
    pub(crate) fn one(&self, name: &'static str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(given, _)| given == name);
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(ApiError::DuplicateParameter(name)),
            (first, _) => Ok(first.map(|(_, value)| value.as_str())),
        }
    }

    /// Takes `name` out; whether it was there.
    pub(crate) fn take(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(given, _)| given != name);
        self.0.len() != before
    }

    /// Whether there is nothing but these.
    pub(crate) fn are_among(&self, known: &[&str]) -> bool {
        self.0
            .iter()
            .all(|(name, _)| known.contains(&name.as_str()))
    }

    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

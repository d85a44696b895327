//! Query and form parameters, parsed once.

use axum::http::{HeaderMap, header};
use url::form_urlencoded;

/// Decoded parameters. Empty values count as absent (RFC 6749 §3.1).
#[derive(Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// Why parameters cannot be used; what the caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadParameters {
    #[error("the parameters are too long or too many")]
    TooMuch,
    #[error("the body must be application/x-www-form-urlencoded")]
    NotAForm,
    #[error("the parameter {0} is there more than once")]
    Repeated(&'static str),
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
}

impl Parameters {
    const MAX_BYTES: usize = 32 * 1024;
    const MAX_COUNT: usize = 64;

    /// From the query of a URL.
    pub(crate) fn from_query(query: Option<&str>) -> Result<Self, BadParameters> {
        Self::decode(query.unwrap_or_default().as_bytes())
    }

    /// From the body of a POST.
    pub(crate) fn from_form(headers: &HeaderMap, body: &[u8]) -> Result<Self, BadParameters> {
        if !is_form(headers) {
            return Err(BadParameters::NotAForm);
        }
        Self::decode(body)
    }

    fn decode(encoded: &[u8]) -> Result<Self, BadParameters> {
        if encoded.len() > Self::MAX_BYTES {
            return Err(BadParameters::TooMuch);
        }
        let pairs: Vec<(String, String)> = form_urlencoded::parse(encoded)
            .take(Self::MAX_COUNT + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        if pairs.len() > Self::MAX_COUNT {
            return Err(BadParameters::TooMuch);
        }
        Ok(Self(pairs))
    }

    /// The value of `name`, which may be there once at most.
    pub(crate) fn get(&self, name: &'static str) -> Result<Option<&str>, BadParameters> {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        let first = values.next().map(|(_, value)| value.as_str());
        match values.next() {
            Some(_) => Err(BadParameters::Repeated(name)),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// The value of `name`, which must be there once.
    pub(crate) fn require(&self, name: &'static str) -> Result<&str, BadParameters> {
        self.get(name)?.ok_or(BadParameters::Missing(name))
    }
}

/// Whether the body is said to be a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default()
        .trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_value_is_no_value() {
        let parameters = Parameters::from_query(Some("a=&b=1")).unwrap();
        assert_eq!(parameters.get("a"), Ok(None));
        assert_eq!(parameters.get("b"), Ok(Some("1")));
        assert_eq!(parameters.require("c"), Err(BadParameters::Missing("c")));
    }

    #[test]
    fn a_repeated_parameter_is_an_error_where_it_matters() {
        let parameters = Parameters::from_query(Some("a=1&a=1&b=2")).unwrap();
        assert_eq!(parameters.get("a"), Err(BadParameters::Repeated("a")));
        assert_eq!(parameters.get("b"), Ok(Some("2")));
    }

    #[test]
    fn too_many_or_too_long_is_refused() {
        let many = "a=1&".repeat(65);
        let long = format!("a={}", "x".repeat(40_000));
        for query in [many, long] {
            let refused = Parameters::from_query(Some(&query)).err();
            assert_eq!(refused, Some(BadParameters::TooMuch));
        }
    }

    #[test]
    fn only_forms_are_forms() {
        let mut headers = HeaderMap::new();
        assert!(!is_form(&headers));
        headers.insert("content-type", "application/json".parse().unwrap());
        assert!(!is_form(&headers));
        let form = "Application/X-WWW-Form-Urlencoded; charset=utf-8";
        headers.insert("content-type", form.parse().unwrap());
        assert!(is_form(&headers));
    }

    proptest! {
        #[test]
        fn reads_what_is_written(value in ".{1,100}") {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("k", &value);
            let parameters = Parameters::from_query(Some(&query.finish())).unwrap();
            prop_assert_eq!(parameters.get("k"), Ok(Some(value.as_str())));
        }

        #[test]
        fn takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Parameters::decode(&bytes).map(|parameters| parameters.get("k").is_ok());
        }
    }
}

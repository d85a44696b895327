//! Parameters in a URL's query.

use std::borrow::Cow;

use url::Url;

/// One parameter of a request to the provider.
pub(crate) type Parameter<'a> = (&'a str, Cow<'a, str>);

/// `endpoint` with `parameters` added to the query it may already have
/// (RFC 6749 §3.1), which can neither repeat one of them nor bring one of
/// those `reserved`.
pub(crate) fn with_query(endpoint: &Url, parameters: &[Parameter<'_>], reserved: &[&str]) -> Url {
    let mut url = endpoint.clone();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(endpoint.query_pairs().filter(|(name, _)| {
            !reserved.contains(&name.as_ref()) && !parameters.iter().any(|(other, _)| other == name)
        }))
        .extend_pairs(parameters);
    // A blank as `%20`: some providers do not read `+` as one.
    let query = url.query().unwrap_or_default().replace('+', "%20");
    url.set_query(Some(&query));
    url
}

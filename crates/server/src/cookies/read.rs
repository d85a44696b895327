//! Cookies of a request.

use std::{collections::HashMap, convert::Infallible};

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};
use percent_encoding::percent_decode_str;

/// More cookies than this are not looked at.
const MAX_COOKIES: usize = 200;
/// A value in more pieces than this is not put together.
const MAX_CHUNKS: usize = 20;

/// The cookies that came with a request; of several with one name the first.
#[derive(Debug, Default)]
pub(crate) struct RequestCookies(pub(super) HashMap<String, String>);

impl RequestCookies {
    pub(crate) fn parse(headers: &HeaderMap) -> Self {
        let mut cookies = HashMap::new();
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
            .filter_map(ascii)
            .filter_map(|pair| pair.split_once('='));
        for (name, value) in pairs.take(MAX_COOKIES) {
            let value = value.trim().trim_matches('"');
            // Backstage writes cookies as JavaScript's encodeURIComponent does.
            let decoded = percent_decode_str(value)
                .decode_utf8()
                .map_or_else(|_| value.into(), Into::into);
            cookies.entry(name.trim().to_owned()).or_insert(decoded);
        }
        Self(cookies)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// How many pieces `name` is split into; 0 when it is whole or absent.
    pub(crate) fn chunks(&self, name: &str) -> usize {
        (0..MAX_CHUNKS)
            .take_while(|n| self.get(&format!("{name}-{n}")).is_some())
            .count()
    }

    /// The value of `name`, put together from its pieces where there are any.
    pub(crate) fn whole(&self, name: &str) -> Option<String> {
        match self.chunks(name) {
            0 => self.get(name).map(str::to_owned),
            pieces => Some(
                (0..pieces)
                    .filter_map(|n| self.get(&format!("{name}-{n}")))
                    .collect(),
            ),
        }
    }
}

/// A cookie of ASCII, as all of ours are. Any other is another's: it must not
/// hide those beside it, and no space of Unicode may be cut off a name to make
/// it one of ours.
fn ascii(pair: &[u8]) -> Option<&str> {
    std::str::from_utf8(pair)
        .ok()
        .filter(|pair| pair.is_ascii())
}

impl<S: Sync> FromRequestParts<S> for RequestCookies {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::parse(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cookies(line: &str) -> RequestCookies {
        let mut headers = HeaderMap::new();
        if let Ok(value) = line.parse() {
            headers.insert(header::COOKIE, value);
        }
        RequestCookies::parse(&headers)
    }

    #[test]
    fn values_are_decoded_and_the_first_of_a_name_counts() {
        let cookies = cookies("a=x%20y; b=\"q\"; a=other; =; c");
        assert_eq!(
            (cookies.get("a"), cookies.get("b"), cookies.get("c")),
            (Some("x y"), Some("q"), None)
        );
    }

    #[test]
    fn what_is_no_ascii_hides_nothing_and_is_never_ours() {
        let others: [&[u8]; 5] = [
            b"t=M\xfcller",
            "t=Müller".as_bytes(),
            b"\xa0__Host-p=x",
            "\u{a0}__Host-p=x".as_bytes(),
            "\u{2000}__Host-p=x".as_bytes(),
        ];
        for other in others {
            let line = [other, b"; a=b; ", other].concat();
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, line.as_slice().try_into().unwrap());
            let cookies = RequestCookies::parse(&headers);
            assert_eq!(cookies.get("a"), Some("b"), "{other:?}");
            assert_eq!((cookies.get("__Host-p"), cookies.0.len()), (None, 1));
        }
    }

    #[test]
    fn pieces_go_before_the_whole_and_end_at_the_first_gap() {
        let cookies = cookies("t=whole; t-0=a; t-1=b; t-3=d");
        assert_eq!(cookies.whole("t").as_deref(), Some("ab"));
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(line in "\\PC{0,300}") {
            let cookies = cookies(&line);
            let _ = (cookies.whole("a"), cookies.chunks("a"));
        }
    }
}

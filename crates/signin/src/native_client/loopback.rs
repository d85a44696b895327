//! Where a program listens for its answer (RFC 8252 §7.3).

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Longer addresses are refused: they travel sealed in other addresses.
const MAX_LENGTH: usize = 512;

/// An address on the machine of the browser itself: `http`, on 127.0.0.1 or
/// `[::1]`, on any port. Not `localhost`, which may be another machine (§8.3).
///
/// ```
/// use stagedoor_signin::native::LoopbackRedirect;
///
/// assert!(LoopbackRedirect::parse("http://127.0.0.1:49152/callback").is_some());
/// assert!(LoopbackRedirect::parse("http://localhost:49152/callback").is_none());
/// assert!(LoopbackRedirect::parse("https://app.example.com/").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Url", into = "Url")]
pub struct LoopbackRedirect(Url);

impl LoopbackRedirect {
    /// `None` for any other address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        Url::parse(text).ok().and_then(Self::new)
    }

    fn new(url: Url) -> Option<Self> {
        let is_loopback = match url.host() {
            Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
            Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
            _ => false,
        };
        let is_plain = url.scheme() == "http"
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        (is_loopback && is_plain).then_some(Self(url))
    }

    /// The address with these parameters besides its own.
    pub(crate) fn with<'a>(&self, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Url {
        let mut url = self.0.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        url
    }
}

/// The address is not on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a loopback address")]
pub struct NotLoopback;

impl TryFrom<Url> for LoopbackRedirect {
    type Error = NotLoopback;

    fn try_from(url: Url) -> Result<Self, NotLoopback> {
        Self::new(url).ok_or(NotLoopback)
    }
}

impl From<LoopbackRedirect> for Url {
    fn from(redirect: LoopbackRedirect) -> Self {
        redirect.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_loopback_addresses_are_taken() {
        for good in [
            "http://127.0.0.1:1/",
            "http://127.0.0.1",
            "http://[::1]:65535/a/b?c=d",
        ] {
            assert!(LoopbackRedirect::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "http://localhost:8080/",
            "http://127.0.0.2/",
            "http://127.0.0.1.evil.test/",
            "http://127.0.0.1@evil.test/",
            "http://user@127.0.0.1/",
            "http://evil.test/http://127.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://0.0.0.0/",
            "https://127.0.0.1/",
            "javascript://127.0.0.1/%0aalert(1)",
            "http://127.0.0.1/#fragment",
        ] {
            assert!(LoopbackRedirect::parse(bad).is_none(), "{bad}");
        }
        let long = format!("http://127.0.0.1/{}", "a".repeat(MAX_LENGTH));
        assert!(LoopbackRedirect::parse(&long).is_none());
    }

    proptest! {
        #[test]
        fn what_is_taken_is_on_this_machine(text in "(http|https|ftp)://[0-9a-z.:@\\[\\]/#?%]{0,40}") {
            if let Some(redirect) = LoopbackRedirect::parse(&text) {
                let host = Url::from(redirect).host_str().map(str::to_owned);
                prop_assert!(matches!(host.as_deref(), Some("127.0.0.1" | "[::1]")));
            }
        }
    }
}

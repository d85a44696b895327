//! What a discovery document must fulfil, one function a rule.

use url::{Host, Url};

use crate::{
    provider_text::shown,
    violation::{Place, Violation},
};

/// The document names the issuer that the operator set, to the letter: who sets
/// one vouches for it in place of the metadata URL.
pub(super) fn issuer_is_the_one_set(set: &str, got: &str) -> Result<(), Violation> {
    if set == got {
        return Ok(());
    }
    Err(Violation::IssuerMismatch {
        at: Place::Discovery,
        expected: shown(set),
        got: shown(got),
    })
}

/// The document names the issuer it was asked of (Discovery §4.3).
///
/// Compared as URLs: same scheme, host, port and path. One trailing slash may
/// differ, because the specification removes it before `/.well-known/…` is
/// appended (§4.1): both spellings have the same document, so whoever controls
/// one controls the other. Whatever the document says, to the letter, is what
/// `iss` must equal everywhere afterwards.
pub(super) fn issuer_is_the_one_asked(asked: &Url, got: &str) -> Result<(), Violation> {
    let same = Url::parse(got).is_ok_and(|issuer| {
        issuer.query().is_none()
            && issuer.fragment().is_none()
            && without_slash(&issuer) == without_slash(asked)
    });
    if same {
        return Ok(());
    }
    Err(Violation::IssuerMismatch {
        at: Place::Discovery,
        expected: shown(asked.as_str()),
        got: shown(got),
    })
}

fn without_slash(url: &Url) -> &str {
    url.as_str().strip_suffix('/').unwrap_or(url.as_str())
}

/// Secrets travel over TLS only (Core §16.17; RFC 6749 §3.1, §3.2): an endpoint
/// is `https`, unless it is on this machine or the operator chose `http` for
/// the metadata itself.
pub(super) fn endpoint_is_secure(
    name: &'static str,
    endpoint: &Url,
    metadata_url: &Url,
) -> Result<(), Violation> {
    let plain_allowed = metadata_url.scheme() == "http" || is_loopback(endpoint);
    let secure = match endpoint.scheme() {
        "https" => true,
        "http" => plain_allowed,
        _ => false,
    };
    if secure {
        return Ok(());
    }
    Err(Violation::InsecureEndpoint {
        name,
        got: shown(endpoint.as_str()),
    })
}

/// An endpoint has no fragment and no user name or password in it (RFC 6749 §3.1).
pub(super) fn endpoint_is_plain(name: &'static str, endpoint: &Url) -> Result<(), Violation> {
    let plain = endpoint.fragment().is_none()
        && endpoint.username().is_empty()
        && endpoint.password().is_none();
    if plain {
        return Ok(());
    }
    Err(Violation::Malformed {
        at: Place::Discovery,
        detail: format!("'{name}' holds a fragment or a user name"),
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn one_trailing_slash_may_differ() {
        let asked = url("https://id.example/a");
        for same in [
            "https://id.example/a",
            "https://id.example/a/",
            "HTTPS://ID.example:443/a",
        ] {
            assert_eq!(issuer_is_the_one_asked(&asked, same), Ok(()), "{same}");
        }
        assert_eq!(
            issuer_is_the_one_asked(&url("https://id.example/"), "https://id.example"),
            Ok(())
        );
    }

    #[test]
    fn nothing_else_may_differ() {
        let asked = url("https://id.example/a");
        for other in [
            "",
            "id.example/a",
            "http://id.example/a",
            "https://id.example/A",
            "https://id.example/a//",
            "https://id.example/a?x",
            "https://id.example/a#x",
            "https://id.example",
            "https://id.example:444/a",
            "https://id.example.evil/a",
            "https://user@id.example/a",
        ] {
            assert!(issuer_is_the_one_asked(&asked, other).is_err(), "{other}");
        }
    }

    #[test]
    fn plain_http_only_on_this_machine_or_by_choice() {
        let secure = url("https://id.example");
        let check = |endpoint: &str, metadata: &Url| {
            endpoint_is_secure("token_endpoint", &url(endpoint), metadata).is_ok()
        };
        assert!(check("https://other.example/token", &secure));
        assert!(check("http://127.0.0.1:8080/token", &secure));
        assert!(check("http://[::1]/token", &secure));
        assert!(check("http://localhost/token", &secure));
        assert!(!check("http://id.example/token", &secure));
        assert!(!check("http://localhost.evil.example/token", &secure));
        assert!(!check("ftp://localhost/token", &secure));
        assert!(!check("javascript:alert(1)", &url("http://id.internal")));
        assert!(check(
            "http://id.internal/token",
            &url("http://id.internal")
        ));
    }
}

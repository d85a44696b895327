//! Whether a browser takes two addresses for one site: cookies that are
//! `SameSite=Lax` go along with calls within one.

use url::{Host, Url};

/// Whether pages of `a` may send `Lax` cookies in calls to `b`: the same scheme
/// and registrable domain (HTML, "schemeful same site"). Ports don't count.
pub(super) fn same_site(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && registrable(a) == registrable(b)
}

/// Whether this is an address of the machine the browser runs on.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The part of the host that was registered: `example.co.uk` of
/// `a.example.co.uk`, the whole host where there is no such part.
fn registrable(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(match url.host() {
        Some(Host::Domain(name)) => psl::domain_str(name).unwrap_or(host),
        _ => host,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, expected: bool) {
        let (a, b) = (a.parse().unwrap(), b.parse().unwrap());
        assert_eq!(same_site(&a, &b), expected, "{a} {b}");
        assert_eq!(same_site(&b, &a), expected, "{b} {a}");
    }

    #[test]
    fn scheme_and_registrable_domain_make_a_site() {
        check(
            "https://a.example.com",
            "https://b.example.com:8443/x",
            true,
        );
        check("https://example.com", "https://b.example.com", true);
        check("http://localhost:3000", "http://localhost:7007", true);
        check("http://portal:3000", "http://portal:7007", true);
        check("http://127.0.0.1:3000", "http://127.0.0.1", true);

        check("http://a.example.com", "https://a.example.com", false);
        check("https://a.example.com", "https://a.example.org", false);
        check("https://a.co.uk", "https://b.co.uk", false);
        check("https://a.github.io", "https://b.github.io", false);
        check("http://localhost:3000", "http://127.0.0.1:7007", false);
        check("http://10.0.0.1", "http://10.0.0.2", false);
        check("http://portal", "http://stagedoor", false);
    }
}

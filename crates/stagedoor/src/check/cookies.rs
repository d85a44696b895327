//! Whether browsers keep and send the cookies of a provider, given where the
//! frontend, the backend and the callback are (contract §5).

use stagedoor_server::CookieScope;
use url::Url;

use super::{
    Finding,
    site::{is_loopback, same_site},
};

const CHECK: &str = "cookies";

/// The three addresses that matter to a cookie.
pub(super) struct Addresses<'a> {
    /// `app.baseUrl`: the page that calls.
    pub(super) app: &'a Url,
    /// `backend.baseUrl`: what is called.
    pub(super) backend: &'a Url,
    /// Where the provider sends the browser back to.
    pub(super) callback: &'a Url,
}

pub(super) fn check(provider: &str, addresses: &Addresses<'_>) -> Vec<Finding> {
    let attributes = CookieScope::new(provider, addresses.callback, Some(addresses.app));
    let lost = [
        one_host(addresses),
        one_path(provider, addresses, &attributes),
    ];
    if lost.iter().any(Option::is_some) {
        // What else there is to say follows from a wrong callback.
        return lost.into_iter().flatten().collect();
    }
    let found: Vec<_> = [
        can_be_set(addresses, &attributes),
        go_along(addresses, &attributes),
        in_clear(addresses, &attributes),
    ]
    .into_iter()
    .flatten()
    .collect();
    if found.is_empty() {
        return vec![Finding::ok(CHECK, described(&attributes))];
    }
    found
}

/// Those of sign-ins and sessions; the others don't matter to who gets in.
fn described(attributes: &CookieScope) -> String {
    if attributes.secure {
        format!("__Host-…; {}", attributes.guarded())
    } else {
        attributes.to_string()
    }
}

/// Cookies are set by the host of `/start` and read by that of the callback.
fn one_host(
    Addresses {
        backend, callback, ..
    }: &Addresses<'_>,
) -> Option<Finding> {
    let [of_backend, of_callback] = [backend, callback].map(|url| url.host_str().unwrap_or("-"));
    (of_backend != of_callback).then(|| {
        Finding::failure(
            CHECK,
            format!(
                "they are set by {of_backend} (backend.baseUrl), but the provider sends the browser to {of_callback} (callbackUrl), which never gets them"
            ),
            "put callbackUrl on the host of backend.baseUrl, or leave it out",
        )
    })
}

/// `/start` and `/refresh` have to be below the cookies' path, unless it is that
/// of the whole host.
fn one_path(
    provider: &str,
    Addresses { backend, .. }: &Addresses<'_>,
    attributes: &CookieScope,
) -> Option<Finding> {
    let routes = format!(
        "{}/api/auth/{provider}",
        backend.path().trim_end_matches('/')
    );
    let path = attributes.path.trim_end_matches('/');
    let below = routes
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    (!below && !attributes.secure).then(|| {
        Finding::failure(
            CHECK,
            format!("callbackUrl gives them the path {path}, so that browsers don't send them to {routes}"),
            format!("let callbackUrl end in {routes}/handler/frame, or leave it out"),
        )
    })
}

/// A `Secure` cookie is not taken from plain HTTP, except on this machine.
fn can_be_set(
    Addresses { backend, .. }: &Addresses<'_>,
    attributes: &CookieScope,
) -> Option<Finding> {
    (attributes.secure && backend.scheme() == "http" && !is_loopback(backend)).then(|| {
        Finding::failure(
            CHECK,
            "callbackUrl is https, so they are Secure, but backend.baseUrl is http, from where browsers don't take such cookies",
            "let backend.baseUrl be the https address that browsers use",
        )
    })
}

/// The frontend's calls have to bring the session's cookie.
fn go_along(
    Addresses { app, backend, .. }: &Addresses<'_>,
    attributes: &CookieScope,
) -> Option<Finding> {
    let [app_origin, backend_origin] = [app, backend].map(|url| url.origin().ascii_serialization());
    if app.scheme() == "https" && backend.scheme() == "http" && !is_loopback(backend) {
        return Some(Finding::failure(
            CHECK,
            format!("{app_origin} is https: browsers won't let it call {backend_origin}"),
            "let backend.baseUrl be https too",
        ));
    }
    if same_site(app, backend) {
        return None;
    }
    let shown = described(attributes);
    Some(if attributes.cross_site {
        Finding::warning(
            CHECK,
            format!(
                "{shown}: {app_origin} and {backend_origin} are different sites, and browsers that block third-party cookies sign people out at every reload"
            ),
            "put app and backend under one domain, such as portal.example.com and auth.example.com",
        )
    } else {
        Finding::failure(
            CHECK,
            format!(
                "{shown}: {app_origin} and {backend_origin} are different sites, so that browsers send none with the frontend's calls: nobody stays signed in"
            ),
            "put app and backend on one host or domain, both https",
        )
    })
}

fn in_clear(
    Addresses { backend, .. }: &Addresses<'_>,
    attributes: &CookieScope,
) -> Option<Finding> {
    (!attributes.secure && !is_loopback(backend)).then(|| {
        Finding::warning(
            CHECK,
            "backend.baseUrl is http: whoever is on the way reads the sessions' cookies",
            "let browsers reach the backend by https",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    /// The worst level, and all that is said.
    fn of(app: &str, backend: &str, callback: Option<&str>) -> (Level, String) {
        let callback = callback.map_or_else(
            || format!("{backend}/api/auth/oidc/handler/frame"),
            str::to_owned,
        );
        let findings = check(
            "oidc",
            &Addresses {
                app: &app.parse().unwrap(),
                backend: &backend.parse().unwrap(),
                callback: &callback.parse().unwrap(),
            },
        );
        let level = findings.iter().map(|f| f.level).max().unwrap();
        let said: Vec<_> = findings.into_iter().map(|f| f.what).collect();
        (level, said.join("\n"))
    }

    #[track_caller]
    fn says((level, said): (Level, String), expected: Level, part: &str) {
        assert_eq!(level, expected, "{said}");
        assert!(said.contains(part), "{said}");
    }

    #[test]
    fn one_host_or_one_domain_works() {
        let lax = "Path=/api/auth/oidc; HttpOnly; SameSite=Lax";
        says(
            of("http://localhost:3000", "http://localhost:7007", None),
            Level::Ok,
            lax,
        );
        let lax = "__Host-…; Path=/; HttpOnly; Secure; SameSite=Lax";
        says(
            of("https://x.example.com", "https://x.example.com/b", None),
            Level::Ok,
            lax,
        );
        let none = "Secure; SameSite=None";
        says(
            of("https://a.example.com", "https://b.example.com", None),
            Level::Ok,
            none,
        );
    }

    #[test]
    fn two_sites_depend_on_third_party_cookies() {
        let found = of("https://a.example.com", "https://b.example.org", None);
        says(found, Level::Warning, "third-party");
    }

    #[test]
    fn two_sites_without_https_never_work() {
        for (app, backend) in [
            ("http://a.example.com", "http://b.example.org"),
            ("http://localhost:3000", "http://127.0.0.1:7007"),
            ("http://a.example.com", "https://a.example.com"),
        ] {
            says(of(app, backend, None), Level::Failure, "different sites");
        }
    }

    #[test]
    fn an_https_page_can_not_call_http() {
        let found = of("https://a.example.com", "http://a.example.com", None);
        says(found, Level::Failure, "won't let it call");
    }

    #[test]
    fn the_callback_is_on_the_backends_host_and_path() {
        let http = |callback| of("http://a.com", "http://a.com", Some(callback));
        let of = |callback| of("https://a.com", "https://a.com", Some(callback));
        says(
            of("https://b.com/api/auth/oidc/handler/frame"),
            Level::Failure,
            "never gets them",
        );
        says(
            of("https://a.com/x/oidc/handler/frame"),
            Level::Ok,
            "Path=/;",
        );
        says(
            http("http://a.com/x/oidc/handler/frame"),
            Level::Failure,
            "the path /x/oidc",
        );
        says(
            http("http://a.com/callback"),
            Level::Failure,
            "the path /callback/oidc",
        );
        says(
            of("https://a.com:444/api/auth/oidc/handler/frame"),
            Level::Ok,
            "Lax",
        );
    }

    #[test]
    fn secure_cookies_are_not_set_over_http() {
        let callback = Some("https://a.com/api/auth/oidc/handler/frame");
        let found = of("http://a.com", "http://a.com", callback);
        says(found, Level::Failure, "don't take such cookies");
    }

    #[test]
    fn http_beyond_this_machine_is_worth_a_warning() {
        let found = of("http://a.com", "http://a.com", None);
        says(found, Level::Warning, "on the way");
    }
}

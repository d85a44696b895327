//! What of ours a browser brings.

use secrecy::SecretString;
use stagedoor_signin::{FlowId, session::SessionCookie};

use super::{Names, RequestCookies, SessionNames, names::GUARD};

impl RequestCookies {
    /// Our session cookies of a provider, in whatever environment.
    pub(crate) fn sessions(&self, names: &Names<'_>) -> Vec<SecretString> {
        let ours = self
            .0
            .iter()
            .filter(|(name, value)| names.is_session(name) && SessionCookie::is_ours(value));
        ours.map(|(_, value)| value.clone().into()).collect()
    }

    /// The flows that are open, and what their cookies are called: those whose
    /// number is bounded together with this provider's.
    pub(super) fn open_flows(&self, names: &Names<'_>) -> Vec<(FlowId, String)> {
        self.0
            .keys()
            .filter_map(|name| Some((names.flow_of(name)?, name.clone())))
            .collect()
    }

    /// The flows that are open.
    pub(crate) fn open(&self, names: &Names<'_>) -> Vec<FlowId> {
        let open = self.open_flows(names).into_iter();
        open.map(|(flow, _)| flow).collect()
    }

    /// The flow cookies of a provider.
    pub(crate) fn flows(&self, names: &Names<'_>) -> Vec<(FlowId, String)> {
        let prefix = names.flow_prefix();
        self.0
            .iter()
            .filter_map(|(name, value)| {
                let flow = name.strip_prefix(&prefix)?.parse().ok()?;
                Some((flow, value.clone()))
            })
            .collect()
    }
}

impl SessionNames {
    /// The session that a browser brings: ours, or a refresh token of
    /// Backstage's where those are taken over.
    ///
    /// One of ours is believed under its own name only. Under Backstage's any
    /// host of the domain can have planted it.
    pub(crate) fn session_in(
        &self,
        cookies: &RequestCookies,
        take_over: bool,
    ) -> Option<SecretString> {
        let is_ours = |value: &String| SessionCookie::is_ours(value);
        let of_backstage = || cookies.whole(&self.of_backstage);
        let ours = match self.are_apart() {
            true => cookies.get(&self.session).map(str::to_owned),
            false => of_backstage(),
        };
        let found = ours
            .filter(is_ours)
            .or_else(|| of_backstage().filter(|value| take_over && !is_ours(value)));
        found.map(SecretString::from)
    }

    /// The scopes that were granted to that session.
    pub(crate) fn granted_in(&self, cookies: &RequestCookies) -> Option<String> {
        let granted = cookies.whole(&self.granted_scope);
        granted.or_else(|| {
            self.is_of_backstage_in(cookies)
                .then(|| cookies.whole(&self.granted_to_backstage))?
        })
    }

    /// Whether what a browser brings under Backstage's name can go: over http it
    /// may be our session in another environment.
    pub(super) fn is_spare_in(&self, cookies: &RequestCookies) -> bool {
        let nothing_of_ours = self.session.starts_with(GUARD);
        (nothing_of_ours && cookies.get(&self.of_backstage).is_some())
            || (self.are_apart() && self.is_of_backstage_in(cookies))
    }

    /// Whether what a browser brings under Backstage's name is Backstage's.
    fn is_of_backstage_in(&self, cookies: &RequestCookies) -> bool {
        let value = cookies.whole(&self.of_backstage);
        value.is_some_and(|value| !SessionCookie::is_ours(&value))
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header};
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    const FLOW_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";
    const OURS: &str = "sd1.AAAA";

    fn cookies(line: &str) -> RequestCookies {
        let mut headers = HeaderMap::new();
        if let Ok(value) = line.parse() {
            headers.insert(header::COOKIE, value);
        }
        RequestCookies::parse(&headers)
    }

    fn session_in(names: &Names<'_>, line: &str, take_over: bool) -> Option<String> {
        let cookies = cookies(line);
        let found = names.sessions("", "").session_in(&cookies, take_over);
        found.map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn what_can_be_planted_is_not_ours_over_https() {
        let names = Names::guarded("p", "/api/auth/p");
        let planted = format!("p-refresh-token={OURS}; p-session={OURS}");
        assert_eq!(session_in(&names, &planted, true), None);
        let both = format!("p-refresh-token=raw; __Host-p-session={OURS}");
        assert_eq!(session_in(&names, &both, true).as_deref(), Some(OURS));
        let raw = "p-refresh-token-0=ra; p-refresh-token-1=w";
        assert_eq!(session_in(&names, raw, true).as_deref(), Some("raw"));
        assert_eq!(session_in(&names, raw, false), None);
        assert_eq!(names.flow_of(&format!("p-nonce.{FLOW_ID}")), None);
    }

    #[test]
    fn over_http_the_names_are_those_of_backstage() {
        let names = Names::unguarded("p");
        let ours = format!("p-refresh-token={OURS}");
        assert_eq!(session_in(&names, &ours, false).as_deref(), Some(OURS));
        assert_eq!(session_in(&names, "p-refresh-token=raw", false), None);
        assert!(names.flow_of(&format!("p-nonce.{FLOW_ID}")).is_some());
        assert!(names.flow_of(&format!("q-nonce.{FLOW_ID}")).is_none());
    }

    #[test]
    fn what_backstage_left_is_taken_over_in_any_environment() {
        for names in [Names::unguarded("p"), Names::guarded("p", "/api/auth/p")] {
            let other = names.sessions("a", "production");
            let of_backstage = cookies("p-refresh-token=raw; p-granted-scope=x");
            let brought = other.session_in(&of_backstage, true).unwrap();
            assert_eq!(brought.expose_secret(), "raw");
            assert_eq!(other.granted_in(&of_backstage).as_deref(), Some("x"));
            let of_another = cookies(&format!("p-refresh-token={OURS}; p-granted-scope=x"));
            assert!(other.session_in(&of_another, true).is_none());
            assert_eq!(other.granted_in(&of_another), None);
        }
    }

    #[test]
    fn only_flow_cookies_of_the_provider_are_flows() {
        let cookies = cookies(
            "p-nonce.AAAAAAAAAAAAAAAAAAAAAA=v; q-nonce.AAAAAAAAAAAAAAAAAAAAAA=w; p-nonce=x; p-nonce.bad=y",
        );
        let flows = cookies.flows(&Names::unguarded("p"));
        assert_eq!(flows.len(), 1);
        assert_eq!(flows[0].1, "v");
    }

    proptest! {
        #[test]
        fn any_header_is_searched_without_panic(line in "\\PC{0,300}") {
            let names = Names::unguarded("a");
            let brought = cookies(&line);
            let _ = (brought.flows(&names), brought.open(&names), brought.sessions(&names));
        }
    }
}

//! What the cookies of a provider are called.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use stagedoor_signin::{FlowId, Live};

use super::CookieScope;

/// A cookie whose name begins so is kept by browsers only when our own host has
/// set it, encrypted, for all of its paths: no other host of the domain can
/// plant one, to have somebody signed in as somebody else (RFC 6265bis §4.1.3.2).
pub(super) const GUARD: &str = "__Host-";
const FLOW: &str = "-nonce";

/// The names of one provider's cookies.
///
/// Over https those that are ours alone are guarded. Those that Backstage knows
/// too have its names: what is granted, which it reads after a move back, and a
/// refresh token, which we take over. Neither signs anybody in by itself.
pub(crate) struct Names<'a> {
    provider: &'a str,
    /// What tells several installations on one host apart; `None` over http,
    /// where nothing can be guarded.
    guarded: Option<String>,
}

impl<'a> Names<'a> {
    /// The names of `provider`, guarded when it is only ever reached by https.
    pub(crate) fn of(live: &Live, provider: &'a str) -> Self {
        let mut callbacks = live
            .providers
            .iter()
            .filter(|it| it.id == provider)
            .map(|it| &it.callback_url)
            .peekable();
        let first = callbacks.peek().copied();
        let guarded = first
            .filter(|_| callbacks.all(|url| url.scheme() == "https"))
            .map(|url| installation(provider, &CookieScope::new(provider, url, None).path));
        Self { provider, guarded }
    }

    /// A flow's cookie: one per flow, so that flows don't disturb each other.
    pub(super) fn flow(&self, flow: FlowId) -> String {
        format!("{}{flow}", self.flow_prefix())
    }

    pub(super) fn flow_prefix(&self) -> String {
        match &self.guarded {
            Some(installation) => format!("{GUARD}{}{FLOW}{installation}.", self.provider),
            None => format!("{}{FLOW}.", self.provider),
        }
    }

    /// The flow that a cookie of this name belongs to, if it is one that counts
    /// together with those of this provider: guarded ones go to the whole host,
    /// so that all of them together must stay small.
    pub(super) fn flow_of(&self, name: &str) -> Option<FlowId> {
        let (before, flow) = name.rsplit_once('.')?;
        let counts = match &self.guarded {
            Some(_) => before.starts_with(GUARD) && before.contains(FLOW),
            None => before.strip_suffix(FLOW) == Some(self.provider),
        };
        flow.parse().ok().filter(|_| counts)
    }

    /// The names of a session's cookies in `environment`: each has its own, and
    /// that of `usual`, which is `auth.environment`, the names of Backstage.
    pub(crate) fn sessions(&self, environment: &str, usual: &str) -> SessionNames {
        let ending = match environment {
            "" => String::new(),
            environment if environment == usual => String::new(),
            other => format!(".{}", utf8_percent_encode(other, NON_ALPHANUMERIC)),
        };
        let of_backstage = format!("{}-refresh-token", self.provider);
        let granted_to_backstage = format!("{}-granted-scope", self.provider);
        SessionNames {
            session: match &self.guarded {
                Some(_) => format!("{}{ending}", self.guarded_session()),
                None => format!("{of_backstage}{ending}"),
            },
            granted_scope: format!("{granted_to_backstage}{ending}"),
            of_backstage,
            granted_to_backstage,
        }
    }

    /// Whether a cookie of this name is a session of this provider, in whatever
    /// environment.
    pub(super) fn is_session(&self, name: &str) -> bool {
        let usual = self.sessions("", "").session;
        name.strip_prefix(&usual)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    fn guarded_session(&self) -> String {
        let installation = self.guarded.as_deref().unwrap_or_default();
        format!("{GUARD}{}-session{installation}", self.provider)
    }

    /// Says that the last sign-in was refused: the next one asks for another
    /// account.
    pub(crate) fn refused(&self) -> String {
        format!("{}-refused", self.provider)
    }
}

/// The names of the cookies of one session.
#[derive(Debug)]
pub(crate) struct SessionNames {
    pub(super) session: String,
    /// Where Backstage keeps its refresh token, in whatever environment, and we
    /// over http the sessions of the usual one.
    pub(super) of_backstage: String,
    pub(super) granted_scope: String,
    pub(super) granted_to_backstage: String,
}

impl SessionNames {
    /// Whether our sessions have a name of their own.
    pub(super) fn are_apart(&self) -> bool {
        self.session != self.of_backstage
    }
}

impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.provider)
    }
}

/// Nothing at the usual place; else a few letters that follow from the path.
fn installation(provider: &str, path: &str) -> String {
    if path == format!("/api/auth/{provider}") {
        return String::new();
    }
    let hash = Sha256::digest(path.as_bytes());
    format!(
        "~{:02x}{:02x}{:02x}{:02x}",
        hash[0], hash[1], hash[2], hash[3]
    )
}

#[cfg(test)]
impl<'a> Names<'a> {
    pub(super) fn unguarded(provider: &'a str) -> Self {
        Self {
            provider,
            guarded: None,
        }
    }

    pub(super) fn guarded(provider: &'a str, path: &str) -> Self {
        Self {
            provider,
            guarded: Some(installation(provider, path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";
    #[test]
    fn environments_have_their_own() {
        for names in [Names::unguarded("p"), Names::guarded("p", "/api/auth/p")] {
            let [usual, other] = ["production", "a b"].map(|it| names.sessions(it, "production"));
            assert_eq!(usual.of_backstage, "p-refresh-token");
            assert_eq!(other.of_backstage, "p-refresh-token");
            assert_eq!(usual.granted_scope, "p-granted-scope");
            assert_eq!(other.granted_scope, "p-granted-scope.a%20b");
            assert!(other.session.ends_with(".a%20b"), "{}", other.session);
            assert!(names.is_session(&usual.session) && names.is_session(&other.session));
            assert!(!names.is_session(&format!("{}x", usual.session)));
        }
    }

    #[test]
    fn installations_on_one_host_have_their_own() {
        let usual = Names::guarded("p", "/api/auth/p");
        let other = Names::guarded("p", "/portal/api/auth/p");
        assert_eq!(usual.guarded_session(), "__Host-p-session");
        assert!(other.guarded_session().starts_with("__Host-p-session~"));
        assert_ne!(usual.flow_prefix(), other.flow_prefix());
        // Together they must not grow.
        let name = format!("{}{FLOW_ID}", other.flow_prefix());
        assert!(usual.flow_of(&name).is_some());
    }
}

//! Where a provider's cookies live.

use std::fmt;

use url::Url;

/// Where a provider's cookies live, and how they are guarded (contract §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieScope {
    /// `Path`: that of the callback without what follows the provider's id.
    pub path: String,
    /// `Secure`: the callback is https.
    pub secure: bool,
    /// `SameSite=None` in place of `Lax`: the app is on another host.
    pub cross_site: bool,
}

impl CookieScope {
    /// Follows from the callback's address and the origin of the app.
    #[must_use]
    pub fn new(provider_id: &str, callback: &Url, app: Option<&Url>) -> Self {
        let secure = callback.scheme() == "https";
        let same_host = app.is_some_and(|app| app.host_str() == callback.host_str());
        let ending = format!("{provider_id}/handler/frame");
        Self {
            path: match callback.path().strip_suffix(&ending) {
                Some(before) => format!("{before}{provider_id}"),
                None => format!("{}/{provider_id}", callback.path()),
            },
            secure,
            cross_site: secure && !same_host,
        }
    }

    /// That of the cookies that no other host can plant: all paths of the host.
    #[must_use]
    pub fn guarded(&self) -> Self {
        Self {
            path: "/".to_owned(),
            ..self.clone()
        }
    }
}

impl fmt::Display for CookieScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secure = if self.secure { "; Secure" } else { "" };
        let same_site = if self.cross_site { "None" } else { "Lax" };
        write!(
            f,
            "Path={}; HttpOnly{secure}; SameSite={same_site}",
            self.path
        )
    }
}

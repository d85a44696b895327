//! Which web origins may ask for a sign-in and receive its answer (contract §3).

use globset::{GlobBuilder, GlobMatcher};
use url::Url;

use crate::SignInError;

/// A web origin: scheme, host and port, in its canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Origin(String);

impl Origin {
    /// The origin of `url`; `None` for a URL that has none (`data:`, `file:` …).
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let origin = url.origin();
        origin
            .is_tuple()
            .then(|| Self(origin.ascii_serialization()))
    }

    /// The canonical spelling, for example `https://portal.example.com`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A glob over origins, with the meaning minimatch gives it in Backstage
/// (`nocase`, `noglobstar`): `*` does not cross a `/`.
#[derive(Debug, Clone)]
pub struct OriginPattern(GlobMatcher);

impl OriginPattern {
    /// Parses a pattern such as `https://*.example.com`.
    ///
    /// # Errors
    /// When it is not a glob.
    pub fn parse(pattern: &str) -> Result<Self, globset::Error> {
        // With `noglobstar` a `**` means no more than a `*`.
        let mut single = pattern.to_owned();
        while single.contains("**") {
            single = single.replace("**", "*");
        }
        let glob = GlobBuilder::new(&single)
            .case_insensitive(true)
            .literal_separator(true)
            .build()?;
        Ok(Self(glob.compile_matcher()))
    }

    /// Whether `origin` fits.
    #[must_use]
    pub fn matches(&self, origin: &str) -> bool {
        self.0.is_match(origin)
    }
}

/// The origins a sign-in may come from: the app's own, and the extra ones.
#[derive(Debug, Clone)]
pub struct AllowedOrigins {
    app: Origin,
    extra: Vec<OriginPattern>,
}

impl AllowedOrigins {
    /// `app` is the origin of `app.baseUrl`; `extra` comes from
    /// `auth.experimentalExtraAllowedOrigins`.
    #[must_use]
    pub fn new(app: Origin, extra: Vec<OriginPattern>) -> Self {
        Self { app, extra }
    }

    /// The app's own origin, which answers go to when a flow names no other.
    #[must_use]
    pub fn app(&self) -> &Origin {
        &self.app
    }

    /// Whether answers may go to `origin`.
    #[must_use]
    pub fn allows(&self, origin: &Origin) -> bool {
        *origin == self.app || self.extra.iter().any(|p| p.matches(origin.as_str()))
    }

    /// The origin named by a request's `origin` parameter.
    ///
    /// # Errors
    /// [`SignInError::OriginUnparsable`], [`SignInError::OriginNotAllowed`].
    pub fn check(&self, value: &str) -> Result<Origin, SignInError> {
        let url = Url::parse(value).map_err(|_| SignInError::OriginUnparsable)?;
        let origin =
            Origin::of(&url).ok_or_else(|| SignInError::OriginNotAllowed("null".to_owned()))?;
        if !self.allows(&origin) {
            return Err(SignInError::OriginNotAllowed(origin.0));
        }
        Ok(origin)
    }

    /// Where a redirect flow may end: an http(s) URL on an allowed origin.
    ///
    /// # Errors
    /// [`SignInError::RedirectUrlMissing`], [`SignInError::RedirectUrlUnparsable`],
    /// [`SignInError::RedirectUrlNotAllowed`].
    pub fn check_redirect(&self, value: Option<&str>) -> Result<Url, SignInError> {
        let value = value
            .filter(|value| !value.is_empty())
            .ok_or(SignInError::RedirectUrlMissing)?;
        let url = Url::parse(value).map_err(|_| SignInError::RedirectUrlUnparsable)?;
        let allowed = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && Origin::of(&url).is_some_and(|origin| self.allows(&origin));
        if !allowed {
            return Err(SignInError::RedirectUrlNotAllowed);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(extra: &[&str]) -> AllowedOrigins {
        let app = Origin::of(&Url::parse("http://localhost:3000/app").unwrap()).unwrap();
        let extra = extra.iter().map(|p| OriginPattern::parse(p).unwrap());
        AllowedOrigins::new(app, extra.collect())
    }

    #[test]
    fn the_app_is_allowed_whatever_its_path_or_case() {
        let origins = origins(&[]);
        for same in ["http://localhost:3000", "HTTP://LOCALHOST:3000/x?y#z"] {
            assert_eq!(
                origins.check(same).unwrap().as_str(),
                "http://localhost:3000"
            );
        }
    }

    #[test]
    fn look_alikes_are_refused() {
        let origins = origins(&["https://*.example.com"]);
        for other in [
            "http://localhost:3001",
            "https://localhost:3000",
            "http://localhost:3000.evil.com",
            "http://localhost:3000@evil.com",
            "http://evil.com\\@localhost:3000",
            "http://localhost.:3000",
            "https://example.com.evil.com",
            "https://evil.com/.example.com",
            "https://evil.com#.example.com",
            "https://example.com",
            "data:text/html,x",
            "javascript:alert(1)",
            "blob:https://evil.com/x",
        ] {
            assert!(origins.check(other).is_err(), "{other}");
        }
    }

    #[test]
    fn patterns_match_as_minimatch_does() {
        let origins = origins(&[
            "https://*.Example.com",
            "http://127.0.0.1:{3000,3001}",
            "https://pr-**.dev",
        ]);
        for fits in [
            "https://a.example.com",
            "https://a.b.example.com",
            "http://127.0.0.1:3001",
            "https://pr-12.dev",
        ] {
            assert!(origins.check(fits).is_ok(), "{fits}");
        }
    }

    #[test]
    fn a_redirect_needs_a_plain_web_url_on_an_allowed_origin() {
        let origins = origins(&[]);
        assert!(
            origins
                .check_redirect(Some("http://localhost:3000/catalog?x=1#y"))
                .is_ok()
        );
        assert!(matches!(
            origins.check_redirect(None),
            Err(SignInError::RedirectUrlMissing)
        ));
        assert!(matches!(
            origins.check_redirect(Some("/x")),
            Err(SignInError::RedirectUrlUnparsable)
        ));
        for bad in [
            "javascript:alert(1)//localhost:3000",
            "http://user:pw@localhost:3000/",
            "http://evil.com/http://localhost:3000",
            "ftp://localhost:3000/",
        ] {
            assert!(
                matches!(
                    origins.check_redirect(Some(bad)),
                    Err(SignInError::RedirectUrlNotAllowed)
                ),
                "{bad}"
            );
        }
    }
}

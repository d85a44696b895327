//! Which web origins may ask for a sign-in and receive its answer (contract §3).

mod braces;
mod class;
mod expression;
mod letter;
mod pattern;
mod pattern_error;
mod segment;
mod sequence;

use url::Url;

pub use self::{pattern::OriginPattern, pattern_error::PatternError};
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
mod tests;

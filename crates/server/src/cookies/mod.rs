//! Cookies: read from requests, written to responses (contract §5).

mod read;
mod write;

pub(crate) use read::RequestCookies;
pub use write::CookieScope;
pub(crate) use write::ResponseCookies;

/// The names of one provider's cookies.
pub(crate) struct Names<'a>(pub(crate) &'a str);

impl Names<'_> {
    /// A flow's cookie: one per flow, so that flows don't disturb each other.
    pub(crate) fn flow(&self, flow: impl std::fmt::Display) -> String {
        format!("{}{flow}", self.flow_prefix())
    }

    pub(crate) fn flow_prefix(&self) -> String {
        format!("{}-nonce.", self.0)
    }

    pub(crate) fn session(&self) -> String {
        format!("{}-refresh-token", self.0)
    }

    /// Says that the last sign-in was refused: the next one asks for another
    /// account.
    pub(crate) fn refused(&self) -> String {
        format!("{}-refused", self.0)
    }

    pub(crate) fn granted_scope(&self) -> String {
        format!("{}-granted-scope", self.0)
    }
}

//! Cookies: read from requests, written to responses (contract §5).

mod names;
mod read;
mod write;

pub(crate) use names::{Names, SessionNames};
pub(crate) use read::RequestCookies;
pub use write::CookieScope;
pub(crate) use write::ResponseCookies;

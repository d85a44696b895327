//! Cookies: read from requests, written to responses (contract §5).

mod brought;
mod names;
mod read;
mod scope;
mod write;

pub(crate) use names::{Names, SessionNames};
pub(crate) use read::RequestCookies;
pub use scope::CookieScope;
pub(crate) use write::ResponseCookies;

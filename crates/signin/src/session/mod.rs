//! Sessions: what the cookie holds, what the database holds, and what a client
//! is told.

mod cookie;
mod gates;
mod response;
mod tokens;

pub use cookie::SessionCookie;
pub use response::{ProviderInfo, SessionResponse};

pub(crate) use cookie::Presented;
pub(crate) use gates::SessionGates;
pub(crate) use tokens::SessionTokens;

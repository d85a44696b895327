//! Logout tokens: the provider says that a session is over (Back-Channel
//! Logout 1.0 §2.4, §2.6).

mod rules;
mod verified;

pub(crate) use rules::Expected;
pub use verified::VerifiedLogoutToken;

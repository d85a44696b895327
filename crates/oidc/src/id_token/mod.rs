//! ID tokens: read, verified, and only then believed (Core §2, §3.1.3.7).

mod kept;
mod rules;
mod verified;

pub(crate) use rules::{Expected, ExpectedNonce};
pub use verified::VerifiedIdToken;

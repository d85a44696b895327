//! ID tokens: read, verified, and only then believed (Core §2, §3.1.3.7).

mod jws;
mod kept;
mod rules;
mod verified;

pub(crate) use jws::Jws;
pub(crate) use rules::{Expected, ExpectedNonce, check_claims};
pub use verified::VerifiedIdToken;

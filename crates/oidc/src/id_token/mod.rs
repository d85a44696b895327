//! ID tokens: read, verified, and only then believed (Core §2, §3.1.3.7).

mod continuity;
mod kept;
mod rules;
mod verified;
mod verify;

pub use continuity::OriginalSignIn;
pub(crate) use rules::{Answers, Expected};
pub use verified::VerifiedIdToken;

//! What a configuration says about claims, as it is written and as it is
//! meant: paths to them, requirements on them, the profile and the groups that
//! are made of them.
//!
//! Each is parsed once, where the configuration is read and its place is
//! known, and used as it is where somebody signs in. Claims are JSON here
//! (OpenID Connect Core §5.1); where they come from is another's business.

mod glob;
mod group_claim;
mod path;
mod profile;
mod requirement;

pub use glob::{Glob, GlobError};
pub use group_claim::{GroupClaim, NotAName, is_kind, is_name, is_namespace};
pub use path::{ClaimPath, ClaimPathError};
pub use profile::{Address, ProfileClaims};
pub use requirement::{Requirement, Test};

//! Who someone is: entity refs, profiles, ownership; the tokens of Backstage,
//! made and verified; the keys that sign them.
//!
//! No I/O: the caller brings the time, the randomness and the keys' bytes.

mod backstage_identity;
mod claims;
mod entity_ref;
mod profile;

pub use backstage_identity::{BackstageIdentity, BackstageToken};
pub use claims::UserClaims;
pub use entity_ref::{
    DEFAULT_NAMESPACE, EntityRef, EntityRefDefaults, EntityRefError, MAX_ENTITY_REF_LENGTH,
};
pub use profile::Profile;

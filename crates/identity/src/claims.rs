//! What a user token says of its user.

use serde_json::{Map, Value};

use crate::EntityRef;

/// The claims a sign-in resolver asks for (Backstage's `TokenParams.claims`).
///
/// Claims that the issuer sets itself (`iss`, `sub`, `aud`, `iat`, `exp`,
/// `ent`, `uip`) win over those of the same name in `extra`.
#[derive(Debug, Clone, PartialEq)]
pub struct UserClaims {
    /// The user.
    pub sub: EntityRef,
    /// Everything through which the user owns things: the user's own ref and
    /// those of the groups.
    pub ent: Vec<EntityRef>,
    /// More claims, in this order at the token's beginning.
    pub extra: Map<String, Value>,
}

impl UserClaims {
    /// Claims for `sub` with its ownership refs and nothing more.
    #[must_use]
    pub fn new(sub: EntityRef, ent: Vec<EntityRef>) -> Self {
        let extra = Map::new();
        Self { sub, ent, extra }
    }
}

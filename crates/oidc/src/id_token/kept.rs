//! A verified ID token put away and taken out again.
//!
//! Only the token itself is kept. Whoever takes one out vouches for the place
//! it was kept in: nothing is verified again, since by then the key that signed
//! it may be gone and its time be over.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::VerifiedIdToken;
use crate::{jwt::Jws, violation::Place, wiped::Wiped};

impl Serialize for VerifiedIdToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.raw())
    }
}

/// Only for what was serialised here and kept where nobody could change it:
/// authenticated encryption, for example.
impl<'de> Deserialize<'de> for VerifiedIdToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Wiped::new(String::deserialize(deserializer)?);
        let claims = Jws::claims_of(Place::IdToken, &raw).map_err(D::Error::custom)?;
        Ok(Self::of_parts(raw, claims))
    }
}

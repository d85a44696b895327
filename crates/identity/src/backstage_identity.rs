//! The answer to a sign-in (contract §7, `backstageIdentity`).

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::EntityRef;

/// A signed Backstage token. Whoever holds it acts for its subject, so `Debug`
/// doesn't show it.
#[derive(Clone)]
pub struct BackstageToken(SecretString);

impl BackstageToken {
    /// Takes a token in JWS compact serialization. It is not looked into.
    #[must_use]
    pub fn new(compact: String) -> Self {
        Self(compact.into())
    }

    /// The token in JWS compact serialization, for the wire.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for BackstageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackstageToken([hidden])")
    }
}

/// A user token with what the frontend wants to know of it.
///
/// Serializes as Backstage's `prepareBackstageIdentityResponse` answers, the
/// token in clear: only ever into the answer to the user.
#[derive(Debug, Clone)]
pub struct BackstageIdentity {
    /// The user token.
    pub token: BackstageToken,
    /// How long the token is valid, in seconds.
    pub expires_in_seconds: u64,
    /// The user.
    pub user_entity_ref: EntityRef,
    /// Everything through which the user owns things.
    pub ownership_entity_refs: Vec<EntityRef>,
}

impl Serialize for BackstageIdentity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Identity<'a> {
            r#type: &'static str,
            user_entity_ref: &'a EntityRef,
            ownership_entity_refs: &'a [EntityRef],
        }
        let identity = Identity {
            r#type: "user",
            user_entity_ref: &self.user_entity_ref,
            ownership_entity_refs: &self.ownership_entity_refs,
        };
        let mut answer = serializer.serialize_struct("BackstageIdentity", 3)?;
        answer.serialize_field("token", self.token.expose())?;
        answer.serialize_field("identity", &identity)?;
        answer.serialize_field("expiresInSeconds", &self.expires_in_seconds)?;
        answer.end()
    }
}

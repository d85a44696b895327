//! User tokens, as Backstage's `issueUserToken` makes them (contract §9).

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::jws::{self, MAX_TOKEN_LENGTH};
use crate::signing_key::{SigningFailed, SigningKey};
use crate::{BackstageIdentity, BackstageToken, EntityRef, UserClaims, token_type};

/// Issues user tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserTokenIssuer {
    /// The `iss`: `{backend.baseUrl}/api/auth`.
    pub issuer: String,
    /// How long a token is valid: a [`TokenLifetime`](crate::TokenLifetime).
    pub lifetime: SignedDuration,
    /// Whether tokens leave out `ent` (`auth.omitIdentityTokenOwnershipClaim`).
    pub omit_ownership_claim: bool,
}

/// Why no token was issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// It would be longer than [`MAX_TOKEN_LENGTH`].
    #[error(
        "the user token would have {length} characters, of {MAX_TOKEN_LENGTH} allowed: \
         there are too many ownership refs, which auth.omitIdentityTokenOwnershipClaim leaves out, \
         or too large custom claims"
    )]
    TooLong {
        /// The length it would have.
        length: usize,
    },
    /// The key failed.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
}

/// The payload of a limited user token, in its one order of members.
#[derive(Serialize)]
pub(crate) struct LimitedClaims<'a> {
    pub(crate) sub: &'a str,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

impl UserTokenIssuer {
    /// A user token for `claims`, signed with `key`, valid from `now`.
    ///
    /// # Errors
    /// When it would be too long, or `key` fails.
    pub fn issue(
        &self,
        key: &SigningKey,
        claims: &UserClaims,
        now: Timestamp,
    ) -> Result<BackstageIdentity, IssueError> {
        let iat = now.as_second();
        let lifetime = self.lifetime.as_secs().max(0);
        let limited = LimitedClaims {
            sub: claims.sub.as_str(),
            iat,
            exp: iat.saturating_add(lifetime),
        };
        // The user identity proof: whoever has the user token can make the
        // limited token of it, and nothing else.
        let uip = jws::detached_signature(key, token_type::LIMITED_USER, &limited)?;
        let payload = self.payload(claims, &limited, uip);
        let token = jws::sign(key, token_type::USER, &payload)?;
        if token.len() > MAX_TOKEN_LENGTH {
            let length = token.len();
            return Err(IssueError::TooLong { length });
        }
        Ok(BackstageIdentity {
            token: BackstageToken::new(token),
            expires_in_seconds: lifetime.unsigned_abs(),
            user_entity_ref: claims.sub.clone(),
            ownership_entity_refs: claims.ent.clone(),
        })
    }

    /// Custom claims first, then ours, which replace theirs.
    fn payload(
        &self,
        claims: &UserClaims,
        limited: &LimitedClaims<'_>,
        uip: String,
    ) -> Map<String, Value> {
        let mut payload = claims.extra.clone();
        payload.shift_remove("sub");
        payload.shift_remove("ent");
        let mut set = |name: &str, value: Value| payload.insert(name.to_owned(), value);
        set("iss", Value::from(self.issuer.as_str()));
        set("sub", Value::from(limited.sub));
        if !self.omit_ownership_claim {
            set("ent", claims.ent.iter().map(EntityRef::as_str).collect());
        }
        set("aud", Value::from(token_type::USER_AUDIENCE));
        set("iat", Value::from(limited.iat));
        set("exp", Value::from(limited.exp));
        set("uip", Value::from(uip));
        payload
    }
}

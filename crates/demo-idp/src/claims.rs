//! What the provider says about a person.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Person, grants::Grant, opaque::Opaque, scope::Scope};

type Claims = Map<String, Value>;

/// The claims of a person that `scope` covers (OpenID Connect Core §5.4),
/// and their further claims whatever the scope.
pub(crate) fn about(person: &Person, scope: &Scope) -> Claims {
    let mut claims = person.claims.clone();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("sub", json!(person.sub));
    if scope.has("profile") {
        set("name", json!(person.name));
        set("preferred_username", json!(person.preferred_username));
        if let Some(picture) = &person.picture {
            set("picture", json!(picture));
        }
    }
    if scope.has("email") {
        set("email", json!(person.email));
        set("email_verified", json!(person.email_verified));
    }
    claims
}

/// What one ID token is about.
pub(crate) struct IdToken<'g> {
    pub(crate) issuer: &'g str,
    pub(crate) grant: &'g Grant,
    pub(crate) person: &'g Person,
    pub(crate) access_token: &'g Opaque,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
}

impl IdToken<'_> {
    /// Its claims (OpenID Connect Core §2).
    pub(crate) fn claims(&self) -> Claims {
        let mut claims = about(self.person, &self.grant.scope);
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("iss", json!(self.issuer));
        set("aud", json!(self.grant.client_id));
        set("iat", json!(self.issued.as_second()));
        set("exp", json!(self.expires.as_second()));
        set("auth_time", json!(self.grant.auth_time.as_second()));
        set("sid", json!(self.grant.sid));
        set("at_hash", json!(at_hash(self.access_token)));
        if let Some(nonce) = &self.grant.nonce {
            set("nonce", json!(nonce));
        }
        claims
    }
}

/// The left half of the access token's SHA-256 (OpenID Connect Core §3.1.3.6).
fn at_hash(access_token: &Opaque) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token.reveal())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo_people;

    #[test]
    fn scopes_decide_which_claims_are_told() {
        let mut person = demo_people().remove(0);
        person
            .claims
            .insert("sub".to_owned(), json!("someone else"));
        let told = |scope: &str| {
            let claims = about(&person, &Scope::parse(scope).unwrap());
            assert_eq!(claims["sub"], "ada-1815");
            let mut names: Vec<String> = claims.keys().cloned().collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(told("openid"), "groups sub");
        assert_eq!(told("openid email"), "email email_verified groups sub");
        assert_eq!(told("openid profile"), "groups name preferred_username sub");
    }
}

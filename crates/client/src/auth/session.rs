//! A session, as the auth backend tells of it (contract §7, SESSION).

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use stagedoor_identity::{BackstageToken, EntityRef, Profile};

use super::{AuthError, Scopes};

/// Longer lives of a token are taken for this one, in seconds: a year.
const LONGEST: u64 = 365 * 24 * 3600;

macro_rules! token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Takes the token as it came.
            #[must_use]
            pub fn new(token: impl Into<String>) -> Self {
                Self(token.into().into())
            }

            /// The token, for the wire.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([hidden])"))
            }
        }
    };
}

token! {
    /// The provider's access token. `Debug` doesn't show it.
    AccessToken
}
token! {
    /// The provider's ID token, in JWS compact serialization. It came from the
    /// auth backend, which has verified it; here it is not looked into. `Debug`
    /// doesn't show it.
    IdToken
}

/// A session with one provider.
#[derive(Debug, Clone)]
pub struct OAuth2Session {
    /// The provider's tokens.
    pub provider_info: ProviderTokens,
    /// E-mail, name, picture.
    pub profile: Profile,
    /// Who they are in Backstage; not with a provider without resolvers.
    pub backstage_identity: Option<BackstageIdentityResponse>,
}

/// The provider's tokens.
#[derive(Debug, Clone)]
pub struct ProviderTokens {
    /// The ID token, where the provider gives one.
    pub id_token: Option<IdToken>,
    /// The access token.
    pub access_token: AccessToken,
    /// What has been granted.
    pub scopes: Scopes,
    /// When the access token ends, where the provider says.
    pub expires_at: Option<Timestamp>,
}

/// A Backstage token and whom it speaks for.
#[derive(Debug, Clone)]
pub struct BackstageIdentityResponse {
    /// The token.
    pub token: BackstageToken,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Whom it speaks for.
    pub identity: BackstageUserIdentity,
}

/// Who someone is in Backstage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackstageUserIdentity {
    /// The User.
    pub user_entity_ref: EntityRef,
    /// Everything through which the user owns things.
    pub ownership_entity_refs: Vec<EntityRef>,
}

impl OAuth2Session {
    /// When its first token ends.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        let identity = self.backstage_identity.as_ref();
        let ends = [
            self.provider_info.expires_at,
            identity.and_then(|identity| identity.expires_at),
        ];
        ends.into_iter().flatten().min()
    }

    /// Reads a SESSION that was received at `now`.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_json(json: &[u8], now: Timestamp) -> Result<Self, AuthError> {
        let session: Wire = serde_json::from_slice(json).map_err(not_understood)?;
        let after = |seconds: u64| {
            let seconds = i64::try_from(seconds.min(LONGEST)).unwrap_or(0);
            now.checked_add(SignedDuration::from_secs(seconds)).ok()
        };
        let backstage_identity = session
            .backstage_identity
            .map(|wire| wire.read(&after))
            .transpose()?;
        let provider = session.provider_info;
        Ok(Self {
            provider_info: ProviderTokens {
                id_token: provider.id_token.map(IdToken::new),
                access_token: AccessToken::new(provider.access_token),
                scopes: Scopes::parse(&provider.scope),
                expires_at: provider.expires_in_seconds.and_then(after),
            },
            profile: session.profile,
            backstage_identity,
        })
    }
}

/// The parser's own words may show what it read.
fn not_understood(error: serde_json::Error) -> AuthError {
    let (line, column) = (error.line(), error.column());
    AuthError::Answer(format!("no session at line {line}, column {column}"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default)]
    profile: Profile,
    provider_info: WireProvider,
    backstage_identity: Option<WireIdentity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireProvider {
    id_token: Option<String>,
    access_token: String,
    #[serde(default)]
    scope: String,
    expires_in_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireIdentity {
    token: String,
    expires_in_seconds: Option<u64>,
    identity: WireUser,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireUser {
    user_entity_ref: String,
    #[serde(default)]
    ownership_entity_refs: Vec<String>,
}

impl WireIdentity {
    fn read(
        self,
        after: &impl Fn(u64) -> Option<Timestamp>,
    ) -> Result<BackstageIdentityResponse, AuthError> {
        let entity_ref = |text: &String| {
            EntityRef::parse(text).map_err(|error| AuthError::Answer(error.to_string()))
        };
        let owners = self.identity.ownership_entity_refs.iter().map(entity_ref);
        Ok(BackstageIdentityResponse {
            token: BackstageToken::new(self.token),
            expires_at: self.expires_in_seconds.and_then(after),
            identity: BackstageUserIdentity {
                user_entity_ref: entity_ref(&self.identity.user_entity_ref)?,
                ownership_entity_refs: owners.collect::<Result<_, _>>()?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_read_as_backstage_sends_it() {
        let json = br#"{"profile":{"email":"ada@example.com"},
            "providerInfo":{"accessToken":"at","scope":"openid email","expiresInSeconds":300},
            "backstageIdentity":{"token":"t","expiresInSeconds":60,
              "identity":{"type":"user","userEntityRef":"user:default/ada","ownershipEntityRefs":["group:default/a"]}}}"#;
        let now = Timestamp::UNIX_EPOCH;
        let session = OAuth2Session::from_json(json, now).unwrap();
        assert_eq!(session.expires_at().unwrap().as_second(), 60);
        assert!(
            session
                .provider_info
                .scopes
                .has_all(&Scopes::parse("email"))
        );
        let shown = format!("{session:?}");
        assert!(
            !shown.contains("\"at\"") && !shown.contains("\"t\""),
            "{shown}"
        );
    }

    #[test]
    fn what_is_no_session_is_refused_without_showing_it() {
        for text in ["", "{}", r#"{"providerInfo":{"accessToken":["secret"]}}"#] {
            let error = OAuth2Session::from_json(text.as_bytes(), Timestamp::UNIX_EPOCH);
            let error = error.unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}

//! What a client is told of a session (contract §7, SESSION).

use serde::Serialize;
use stagedoor_identity::{BackstageIdentity, Profile};

/// The answer to a sign-in and to a refresh.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionResponse {
    /// E-mail, name, picture.
    pub profile: Profile,
    /// The provider's tokens.
    pub provider_info: ProviderInfo,
    /// Who they are in Backstage; absent for a provider without resolvers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backstage_identity: Option<BackstageIdentity>,
}

impl SessionResponse {
    /// The User entity, when a resolver found one.
    #[must_use]
    pub fn user_entity_ref(&self) -> Option<String> {
        let identity = self.backstage_identity.as_ref()?;
        Some(identity.user_entity_ref.to_string())
    }
}

/// The provider's tokens, as a client gets them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderInfo {
    /// The ID token as the provider signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The access token.
    pub access_token: String,
    /// The scopes granted, separated by spaces.
    pub scope: String,
    /// What the access token has left, in seconds, where the provider says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<u64>,
}

impl std::fmt::Debug for ProviderInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderInfo")
            .field("scope", &self.scope)
            .field("expires_in_seconds", &self.expires_in_seconds)
            .finish_non_exhaustive()
    }
}

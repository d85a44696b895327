//! Sessions of Backstage, taken over (contract §5).

use jiff::Timestamp;
use stagedoor_oidc::RefreshToken;
use stagedoor_storage::SessionRecord;

use crate::{
    SignIn, SignInError,
    provider::Provider,
    session::{SessionCookie, SessionTokens},
};

impl SignIn {
    /// Makes a session of a refresh token that Backstage put into its cookie.
    /// Its name follows from the token, so that two tabs that bring the same
    /// cookie at once meet in one session.
    pub(super) async fn take_over(
        &self,
        provider: &Provider,
        token: RefreshToken,
        granted_scope: Option<&str>,
        now: Timestamp,
    ) -> Result<SessionCookie, SignInError> {
        let context = format!("{}/{}", provider.id, provider.environment);
        let cookie = SessionCookie::from_bytes(self.keychain.name_for(&context, token.expose()));
        if self.storage.session(cookie.id(), now).await?.is_some() {
            return Ok(cookie);
        }
        let scope = provider.scopes.to_ask(None, granted_scope)?.to_string();
        let tokens = SessionTokens::taken_over(token, scope, now);
        let session = SessionRecord {
            id: cookie.id(),
            secret_hash: cookie.secret_hash(),
            provider: provider.id.clone(),
            environment: provider.environment.clone(),
            subject: String::new(),
            provider_session: None,
            user_entity_ref: None,
            sealed_tokens: tokens.seal(&self.keychain, cookie.id(), &*self.entropy)?,
            created_at: now,
            refreshed_at: now,
            expires_at: tokens.session_end(provider, now),
        };
        self.storage.insert_session(&session).await?;
        Ok(cookie)
    }
}

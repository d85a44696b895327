//! Sessions of Backstage, taken over (contract §5).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use stagedoor_oidc::RefreshToken;
use stagedoor_storage::SessionRecord;
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    SignIn, SignInError,
    provider::Provider,
    session::{Place, Presented, SessionCookie, SessionTokens},
};

/// A cookie that is not ours may be anyone's invention: until the provider has
/// accepted it, its session lasts no longer than this.
const UNPROVEN: SignedDuration = SignedDuration::from_mins(5);
/// Backstage's cookie finds the session made of it for this long, as long as
/// our own, whose answer may have been lost, was not seen. Not for ever, or a refresh token that the
/// provider has rotated away would go on to open a session.
const FOUND_BY_OLD_COOKIE: SignedDuration = SignedDuration::from_hours(24);
/// How long to wait for the turn of such a cookie.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many expired sessions are removed to make room for one.
const ROOM: u32 = 1_000;

impl SignIn {
    /// Room to ask the provider about a cookie, if it may be anyone's
    /// invention. It is waited for before the task that goes on without the
    /// client: who goes away leaves the queue.
    pub(super) async fn room_for(
        &self,
        presented: Option<&Presented>,
    ) -> Result<Option<OwnedSemaphorePermit>, SignInError> {
        if !matches!(presented, Some(Presented::FromBackstage(_))) {
            return Ok(None);
        }
        // Those who wait hold places that sign-ins need: only so many do.
        let queue = self.queue_for_unproven.try_acquire();
        let _waits = queue.map_err(|_| SignInError::RefreshBusy)?;
        let room = self.room_for_unproven.clone().acquire_owned();
        match tokio::time::timeout(PATIENCE, room).await {
            Ok(Ok(room)) => Ok(Some(room)),
            _ => Err(SignInError::RefreshBusy),
        }
    }

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
        if let Some((cookie, record)) = self.taken_over(provider, &token, now).await? {
            let age = now.duration_since(record.created_at);
            return match age <= FOUND_BY_OLD_COOKIE {
                true => Ok(cookie),
                false => Err(SignInError::SessionMissing),
            };
        }
        let mut names = self.names(provider, &token);
        let cookie = names.next().ok_or(SignInError::SessionMissing)?;
        let scope = provider.scopes.to_ask(None, granted_scope)?.to_string();
        let tokens = SessionTokens::taken_over(token, scope, now);
        let policy = self.live().sessions;
        let end = tokens.session_end(provider, &policy, now, now);
        let mut session = SessionRecord {
            id: cookie.id(),
            secret_hash: cookie.secret_hash(),
            provider: provider.id.clone(),
            environment: provider.environment.clone(),
            subject: String::new(),
            provider_session: None,
            user_entity_ref: None,
            sealed_tokens: vec![],
            created_at: now,
            refreshed_at: now,
            expires_at: end.min(now + UNPROVEN),
        };
        session.sealed_tokens =
            tokens.seal(&self.keychain(), &Place::of(&session), &*self.entropy)?;
        if !self.storage.insert_session(&session).await? {
            // Another tab was faster, or an expired one of that name is still there.
            self.storage.delete_expired(now, ROOM).await?;
            self.storage.insert_session(&session).await?;
        }
        Ok(cookie)
    }

    /// The session that was made of `token` before, under the secret of then.
    pub(super) async fn taken_over(
        &self,
        provider: &Provider,
        token: &RefreshToken,
        now: Timestamp,
    ) -> Result<Option<(SessionCookie, SessionRecord)>, SignInError> {
        for cookie in self.names(provider, token) {
            if let Some(record) = self.storage.session(cookie.id(), now).await? {
                return Ok(Some((cookie, record)));
            }
        }
        Ok(None)
    }

    fn names(
        &self,
        provider: &Provider,
        token: &RefreshToken,
    ) -> impl Iterator<Item = SessionCookie> + Send + use<> {
        let context = format!("{}/{}", provider.id, provider.environment);
        let names: Vec<_> = self
            .keychain()
            .names_for(&context, token.expose())
            .collect();
        names.into_iter().map(SessionCookie::from_bytes)
    }
}

//! What a refresh has brought is kept.

use std::time::Duration;

use stagedoor_storage::{LeaseId, SessionId, SessionRecord, SessionUpdate};

use super::turn::Asked;
use crate::{
    SignIn, SignInError, audit,
    flow::logout::tell_of_logout,
    session::{Place, Rotation, SessionTokens, Standing},
};

/// How long to wait before each further attempt to keep new tokens.
const KEEP_AGAIN: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

impl SignIn {
    /// Keeps the tokens, and with them which secret of the cookie is good from
    /// now on, before anything else can fail: the old refresh token may be
    /// worthless by now. The tokens as they are kept.
    pub(super) async fn keep(
        &self,
        asked: &Asked<'_>,
        record: &SessionRecord,
        lease: LeaseId,
        presented: Standing,
        mut tokens: SessionTokens,
    ) -> Result<SessionTokens, SignInError> {
        let now = self.clock.now();
        let before = tokens.rotation.as_ref();
        tokens.rotation = Rotation::after(before, presented, now, &*self.entropy)?;
        let update = self.update(asked, record, &tokens)?;
        if self.commit(record.id, lease, &update).await? {
            // Nobody knows yet whose it is: it was in a cookie of Backstage.
            if record.subject.is_empty() && record.created_at == record.refreshed_at {
                audit::session_taken_over(&SessionRecord {
                    subject: update.subject,
                    ..record.clone()
                });
            }
            return Ok(tokens);
        }
        if self.storage.session(record.id, now).await?.is_some() {
            // Another node took this one for dead, and refreshes.
            return Err(SignInError::RefreshBusy);
        }
        // Ended meanwhile, by a logout, which knew the old refresh token only:
        // the new one must not outlive it.
        if let Some(token) = &tokens.tokenset.refresh_token {
            tell_of_logout(asked.provider, token).await;
        }
        Err(SignInError::SessionMissing)
    }

    fn update(
        &self,
        asked: &Asked<'_>,
        record: &SessionRecord,
        tokens: &SessionTokens,
    ) -> Result<SessionUpdate, SignInError> {
        let policy = self.live().sessions;
        let refreshed_at = self.clock.now();
        let subject = tokens.subject().unwrap_or(&record.subject);
        let provider_session = tokens
            .tokenset
            .id_token
            .as_ref()
            .and_then(|token| token.session_id())
            .map(str::to_owned);
        let place = Place {
            subject,
            ..Place::of(record)
        };
        Ok(SessionUpdate {
            subject: subject.to_owned(),
            provider_session: provider_session.or_else(|| record.provider_session.clone()),
            sealed_tokens: tokens.seal(&self.keychain(), &place, &*self.entropy)?,
            refreshed_at,
            expires_at: tokens.session_end(
                asked.provider,
                &policy,
                record.created_at,
                refreshed_at,
            ),
        })
    }

    /// Writes new tokens, more than once if the database stumbles: there is no
    /// second chance to get them from the provider.
    async fn commit(
        &self,
        id: SessionId,
        lease: LeaseId,
        update: &SessionUpdate,
    ) -> Result<bool, SignInError> {
        for pause in KEEP_AGAIN {
            match self.storage.commit_refresh(id, lease, update).await {
                Ok(kept) => return Ok(kept),
                Err(error) => {
                    tracing::warn!(%error, "new tokens could not be kept, trying again");
                    tokio::time::sleep(pause).await;
                }
            }
        }
        Ok(self.storage.commit_refresh(id, lease, update).await?)
    }
}

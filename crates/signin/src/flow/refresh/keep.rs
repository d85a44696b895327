//! What a refresh has brought is kept.

use std::time::Duration;

use stagedoor_storage::{LeaseId, SessionId, SessionRecord, SessionUpdate};
use tokio::time::Instant;

use super::turn::Asked;
use crate::{
    SignIn, SignInError, audit,
    flow::logout::tell_of_logout,
    session::{Place, Rotation, SessionTokens, Standing},
};

/// How long to wait before the second attempt to keep new tokens; before each
/// further one twice as long, up to [`KEEP_AGAIN_AT_MOST`].
const KEEP_AGAIN: Duration = Duration::from_millis(50);
const KEEP_AGAIN_AT_MOST: Duration = Duration::from_secs(1);
/// For how long to try: a database that is started again, or whose place
/// another takes, is there by then.
const KEEP_TRYING: Duration = Duration::from_secs(120);

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
        // Backstage's cookie may be kept in more places: all get the same.
        if !(asked.of_backstage && presented == Standing::Previous) {
            let before = tokens.rotation.as_ref();
            tokens.rotation = Rotation::after(before, presented, now, &*self.entropy)?;
        }
        let update = self.update(asked, record, &tokens)?;
        if self.commit(record.id, lease, &update).await? {
            // Nobody knows yet whose it is: it was in a cookie of Backstage.
            if record.subject.is_empty() && record.created_at == record.refreshed_at {
                audit::session_taken_over(&SessionRecord {
                    subject: update.subject.unwrap_or_default(),
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
            .and_then(|token| token.session_id());
        let place = Place {
            subject,
            ..Place::of(record)
        };
        Ok(SessionUpdate {
            subject: (subject != record.subject).then(|| subject.to_owned()),
            provider_session: provider_session
                .filter(|session| record.provider_session.as_deref() != Some(session))
                .map(str::to_owned),
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

    /// Writes new tokens, again and again while the database is away: there is
    /// no second chance to get them from the provider. Those who ask for the
    /// session meanwhile wait their turn, so these are the tokens it goes on with.
    async fn commit(
        &self,
        id: SessionId,
        lease: LeaseId,
        update: &SessionUpdate,
    ) -> Result<bool, SignInError> {
        let give_up = Instant::now() + KEEP_TRYING;
        let mut pause = KEEP_AGAIN;
        loop {
            match self.storage.commit_refresh(id, lease, update).await {
                Err(error) if Instant::now() + pause < give_up => {
                    tracing::warn!(%error, "new tokens could not be kept, trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(KEEP_AGAIN_AT_MOST);
                }
                outcome => return Ok(outcome?),
            }
        }
    }
}

//! Whose turn it is to refresh a session, here and across nodes.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use stagedoor_ambient::random_bytes;
use stagedoor_storage::{LeaseId, LeaseOutcome, SessionId, SessionRecord};

use crate::{
    SignIn, SignInError,
    error::ProviderFailure,
    provider::Provider,
    session::{Inside, SessionCookie, SessionTokens, Standing},
    who::Who,
};

/// How long a refresh holds a session unless it says that it goes on. A node
/// that dies meanwhile holds it no longer; and no less, since the clocks of
/// nodes differ.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// How often it says so.
const RENEW_LEASE: Duration = Duration::from_secs(3);
/// How often to look whether another node is done.
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// A refresh that is asked for.
pub(super) struct Asked<'a> {
    pub(super) provider: &'a Arc<Provider>,
    pub(super) scope: Option<&'a str>,
    pub(super) cookie: &'a SessionCookie,
    /// Whether the browser brought Backstage's cookie, which `cookie` follows
    /// from.
    pub(super) of_backstage: bool,
    /// When.
    pub(super) at: Timestamp,
    /// Learns whose session it is.
    pub(super) who: &'a Who,
}

impl SignIn {
    /// Waits until nobody else in this process refreshes the session.
    pub(super) async fn enter(
        &self,
        id: SessionId,
    ) -> Result<Inside<ProviderFailure>, SignInError> {
        tokio::time::timeout(self.patience.others, self.gates.enter(id))
            .await
            .map_err(|_| SignInError::RefreshBusy)
    }

    /// The session and its tokens: refreshed here, or by whoever was faster.
    pub(super) async fn take_turn(
        &self,
        asked: &Asked<'_>,
    ) -> Result<(Box<SessionRecord>, SessionTokens), SignInError> {
        let lease = LeaseId(random_bytes(&*self.entropy)?);
        let waiting = self.lease_or_result(asked, lease);
        let found = tokio::time::timeout(self.patience.others, waiting)
            .await
            .map_err(|_| SignInError::RefreshBusy)??;
        let (record, leased) = found.ok_or(SignInError::SessionMissing)?;
        let lease_held = leased.then_some(lease);
        let refreshing = self.refresh_leased(asked, &record, lease_held);
        let outcome = self.holding(lease_held, record.id, refreshing).await;
        if leased
            && outcome.is_err()
            && let Err(error) = self.storage.release_lease(record.id, lease).await
        {
            tracing::warn!(%error, "a session's lease could not be given back, it will run out");
        }
        outcome.map(|tokens| (record, tokens))
    }

    /// Does `work` while the lease is renewed.
    async fn holding<T>(
        &self,
        lease: Option<LeaseId>,
        id: SessionId,
        work: impl Future<Output = T>,
    ) -> T {
        let renewing = async {
            let Some(lease) = lease else {
                return std::future::pending().await;
            };
            loop {
                tokio::time::sleep(RENEW_LEASE).await;
                let renewed = self
                    .storage
                    .renew_lease(id, lease, self.clock.now() + LEASE);
                if let Err(error) = renewed.await {
                    tracing::warn!(%error, "a session's lease could not be renewed, it will be tried again");
                }
            }
        };
        tokio::select! {
            outcome = work => outcome,
            never = renewing => never,
        }
    }

    /// The session, and whether it is leased to us: if not, somebody has
    /// refreshed it since. `None` when there is no such session.
    async fn lease_or_result(
        &self,
        asked: &Asked<'_>,
        lease: LeaseId,
    ) -> Result<Option<(Box<SessionRecord>, bool)>, SignInError> {
        let id = asked.cookie.id();
        loop {
            let now = self.clock.now();
            let until = now + LEASE;
            let leasing = self.storage.lease_session(id, lease, now, until);
            match leasing.await? {
                LeaseOutcome::Acquired(record) => return Ok(Some((record, true))),
                LeaseOutcome::Held(record) if self.is_since(asked.at, &record) => {
                    return Ok(Some((record, false)));
                }
                LeaseOutcome::Held(_) => tokio::time::sleep(LOOK_AGAIN).await,
                LeaseOutcome::Gone => return Ok(None),
            }
        }
    }

    async fn refresh_leased(
        &self,
        asked: &Asked<'_>,
        record: &SessionRecord,
        lease: Option<LeaseId>,
    ) -> Result<SessionTokens, SignInError> {
        if !asked.provider.is_of(record) {
            return Err(SignInError::SessionMissing);
        }
        asked.who.has(record);
        let tokens = SessionTokens::open(&self.keychain(), record)?;
        let presented = self.check_secret(asked, record, &tokens).await?;
        if self.live().sessions.is_over(record, self.clock.now()) {
            self.storage.delete_session(record.id).await?;
            return Err(SignInError::SessionMissing);
        }
        let Some(lease) = lease else {
            return Ok(tokens);
        };
        if self.is_since(asked.at, record) {
            // Someone in this process was faster.
            self.storage.release_lease(record.id, lease).await?;
            return Ok(tokens);
        }
        match tokens.tokenset.refresh_token.clone() {
            Some(refresh_token) => {
                let (refreshed, userinfo) = self
                    .ask_provider(asked, record, &tokens, &refresh_token)
                    .await?;
                let kept = self
                    .keep(asked, record, lease, presented, refreshed)
                    .await?;
                userinfo?;
                Ok(kept)
            }
            // The tokens are good as they are until they end.
            None => self.keep(asked, record, lease, presented, tokens).await,
        }
    }

    /// Whether the cookie opens the session; one of its past ends it.
    async fn check_secret(
        &self,
        asked: &Asked<'_>,
        record: &SessionRecord,
        tokens: &SessionTokens,
    ) -> Result<Standing, SignInError> {
        let (rotation, now) = (tokens.rotation.as_ref(), self.clock.now());
        let standing = Standing::of(asked.cookie, record, rotation, now);
        match standing {
            Standing::Newest | Standing::Previous => Ok(standing),
            // Theirs is no secret of ours, and may be kept in more places.
            Standing::RotatedOut if asked.of_backstage => Err(SignInError::SessionMissing),
            Standing::RotatedOut => {
                self.end_reused(asked.provider, record, tokens).await?;
                Err(SignInError::SecretReused)
            }
            Standing::Unknown => Err(SignInError::SessionMissing),
        }
    }

    /// Whether the session was refreshed after this request came. A time to
    /// come is of a clock that was put back, or of another node's: it says
    /// nothing.
    fn is_since(&self, asked_at: Timestamp, record: &SessionRecord) -> bool {
        asked_at < record.refreshed_at && record.refreshed_at <= self.clock.now()
    }
}

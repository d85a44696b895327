//! `refresh`: a session goes on (contract §8).
//!
//! At most one refresh of a session is under way at any time, on all nodes
//! together; whoever else asks meanwhile gets its result. So a provider that
//! rotates refresh tokens never sees an old one.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use stagedoor_ambient::random_bytes;
use stagedoor_oidc::{OidcError, RefreshToken};
use stagedoor_storage::{LeaseId, LeaseOutcome, SessionId, SessionRecord, SessionUpdate};
use tracing::Instrument;

use super::logout::tell_of_logout;
use crate::{
    SignIn, SignInError, audit,
    authenticator::RefreshResult,
    count,
    provider::Provider,
    session::{Presented, SessionCookie, SessionResponse, SessionTokens},
};

/// How long a refresh holds a session unless it says that it goes on. A node
/// that dies meanwhile holds it no longer; and no less, since the clocks of
/// nodes differ.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// How often it says so.
const RENEW_LEASE: Duration = Duration::from_secs(3);
/// How long the provider may take.
const PROVIDER_LIMIT: Duration = Duration::from_secs(35);
/// How often to look whether another node is done.
const LOOK_AGAIN: Duration = Duration::from_millis(40);
/// How long to wait for another node.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before each further attempt to keep new tokens.
const KEEP_AGAIN: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

/// What the frontend asks for.
#[derive(Debug, Default)]
pub struct RefreshRequest {
    /// The provider's id, from the path.
    pub provider: String,
    /// `env`
    pub environment: Option<String>,
    /// Whether `X-Requested-With: XMLHttpRequest` is there, which no foreign
    /// page can send.
    pub from_frontend: bool,
    /// `scope`
    pub scope: Option<String>,
    /// The granted-scope cookie.
    pub granted_scope: Option<String>,
    /// The session cookie.
    pub session_cookie: Option<SecretString>,
}

impl RefreshRequest {
    fn presented(&self) -> Option<Presented> {
        let value = self.session_cookie.as_ref()?;
        Presented::parse(value.expose_secret())
    }
}

/// A session that goes on.
#[derive(Debug)]
pub struct Refreshed {
    /// Which provider; the cookies' path depends on it.
    pub provider: Arc<Provider>,
    /// What the client is told.
    pub session: SessionResponse,
    /// The session cookie to set: it lives anew from now.
    pub cookie: SessionCookie,
    /// The scopes granted, for their cookie.
    pub granted_scope: String,
}

impl SignIn {
    /// Refreshes a session.
    ///
    /// # Errors
    /// What names no provider as such; any other failure as
    /// [`SignInError::RefreshFailed`].
    pub async fn refresh(
        self: &Arc<Self>,
        request: RefreshRequest,
    ) -> Result<Refreshed, SignInError> {
        let provider = self
            .live()
            .providers
            .find(&request.provider, request.environment.as_deref())?;
        if !request.from_frontend {
            return Err(SignInError::NotFromFrontend);
        }
        let outcome = self.refresh_to_the_end(&provider, request).await;
        count::refresh(&provider, &outcome);
        outcome.map_err(|cause| {
            audit::refresh_failed(&provider, &cause);
            SignInError::RefreshFailed(Box::new(cause))
        })
    }

    /// Refreshes in a task of its own: a client that goes away must not stop a
    /// refresh half-way, with the old refresh token used and the new one not kept.
    async fn refresh_to_the_end(
        self: &Arc<Self>,
        provider: &Arc<Provider>,
        request: RefreshRequest,
    ) -> Result<Refreshed, SignInError> {
        let presented = request.presented();
        let room = self.room_for(presented.as_ref()).await?;
        let (this, provider) = (self.clone(), provider.clone());
        let refreshing = async move {
            let _room = room;
            this.refresh_session(&provider, request).await
        };
        match tokio::spawn(refreshing.in_current_span()).await {
            Ok(outcome) => outcome,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(SignInError::RefreshBusy),
        }
    }

    async fn refresh_session(
        &self,
        provider: &Arc<Provider>,
        request: RefreshRequest,
    ) -> Result<Refreshed, SignInError> {
        let asked_at = self.clock.now();
        let cookie = self.present(provider, &request, asked_at).await?;
        let (record, tokens) = {
            let entering = self.gates.enter(cookie.id());
            let _alone_here = tokio::time::timeout(PATIENCE, entering)
                .await
                .map_err(|_| SignInError::RefreshBusy)?;
            self.fresh_tokens(provider, &cookie, &request, asked_at)
                .await?
        };
        let session = self.session_response(provider, &tokens).await?;
        self.note_user(&record, session.user_entity_ref()).await;
        Ok(Refreshed {
            provider: provider.clone(),
            session,
            cookie,
            granted_scope: tokens.scope,
        })
    }

    /// The session cookie of the request; one of Backstage's is taken over.
    async fn present(
        &self,
        provider: &Provider,
        request: &RefreshRequest,
        now: Timestamp,
    ) -> Result<SessionCookie, SignInError> {
        match request.presented().ok_or(SignInError::SessionMissing)? {
            Presented::Ours(cookie) => Ok(cookie),
            Presented::FromBackstage(token) => {
                self.take_over(provider, token, request.granted_scope.as_deref(), now)
                    .await
            }
        }
    }

    /// The session's tokens: refreshed here, or by whoever was faster.
    async fn fresh_tokens(
        &self,
        provider: &Provider,
        cookie: &SessionCookie,
        request: &RefreshRequest,
        asked_at: Timestamp,
    ) -> Result<(Box<SessionRecord>, SessionTokens), SignInError> {
        let lease = LeaseId(random_bytes(&*self.entropy)?);
        let waiting = async {
            loop {
                let now = self.clock.now();
                match self
                    .storage
                    .lease_session(cookie.id(), lease, now, now + LEASE)
                    .await?
                {
                    LeaseOutcome::Acquired(record) => {
                        return Ok::<_, SignInError>(Some((record, true)));
                    }
                    LeaseOutcome::Held(record) if self.is_since(asked_at, &record) => {
                        return Ok(Some((record, false)));
                    }
                    LeaseOutcome::Held(_) => tokio::time::sleep(LOOK_AGAIN).await,
                    LeaseOutcome::Gone => return Ok(None),
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, waiting)
            .await
            .map_err(|_| SignInError::RefreshBusy)??;
        let (record, leased) = found.ok_or(SignInError::SessionMissing)?;
        let lease_held = leased.then_some(lease);
        let refreshing =
            self.refresh_leased(provider, cookie, request, &record, lease_held, asked_at);
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
                let renewed = self.storage.renew_lease(id, lease, self.clock.now() + LEASE);
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

    /// Keeps the session's user up to date: a session taken over from
    /// Backstage learns it here, and a resolver may change its mind.
    async fn note_user(&self, record: &SessionRecord, user: Option<String>) {
        if record.user_entity_ref == user {
            return;
        }
        let noted = self.storage.set_session_user(record.id, user.as_deref());
        if let Err(error) = noted.await {
            tracing::warn!(%error, "a session's user could not be noted, the next refresh will");
        }
    }

    async fn refresh_leased(
        &self,
        provider: &Provider,
        cookie: &SessionCookie,
        request: &RefreshRequest,
        record: &SessionRecord,
        lease: Option<LeaseId>,
        asked_at: Timestamp,
    ) -> Result<SessionTokens, SignInError> {
        if !cookie.opens_at(provider, record) {
            return Err(SignInError::SessionMissing);
        }
        let tokens = SessionTokens::open(&self.keychain(), record.id, &record.sealed_tokens)?;
        let Some(lease) = lease else {
            return Ok(tokens);
        };
        let refresh_token = tokens.tokenset.refresh_token.clone();
        match refresh_token.filter(|_| !self.is_since(asked_at, record)) {
            Some(refresh_token) => {
                let (refreshed, userinfo) = self
                    .ask_provider(provider, record, &tokens, &refresh_token, request)
                    .await?;
                self.keep(provider, record, lease, &refreshed).await?;
                userinfo?;
                Ok(refreshed)
            }
            // Someone in this process was faster, or there is nothing to
            // refresh with: the tokens are good as they are until they end.
            None => {
                self.storage.release_lease(record.id, lease).await?;
                Ok(tokens)
            }
        }
    }

    /// Whether the session was refreshed after this request came. A time to
    /// come is of a clock that was put back, or of another node's: it says
    /// nothing.
    fn is_since(&self, asked_at: Timestamp, record: &SessionRecord) -> bool {
        asked_at < record.refreshed_at && record.refreshed_at <= self.clock.now()
    }

    /// New tokens, and whether the provider also told whose they are.
    async fn ask_provider(
        &self,
        provider: &Provider,
        record: &SessionRecord,
        before: &SessionTokens,
        refresh_token: &RefreshToken,
        request: &RefreshRequest,
    ) -> Result<(SessionTokens, Result<(), OidcError>), SignInError> {
        let scopes = provider
            .scopes
            .to_refresh(request.scope.as_deref(), &before.scope)?;
        let id_token = before.tokenset.id_token.as_ref();
        let asking = provider.authenticator.refresh(refresh_token, id_token);
        let answer = tokio::time::timeout(PROVIDER_LIMIT, asking)
            .await
            .map_err(|_| SignInError::ProviderTooSlow)?;
        match answer {
            Ok(RefreshResult { tokenset, userinfo }) => {
                let scope = scopes.granted_now(tokenset.scope.as_deref()).to_string();
                let (userinfo, told) = match userinfo {
                    Ok(userinfo) => (Some(userinfo), Ok(())),
                    Err(error) => (None, Err(error)),
                };
                let now = self.clock.now();
                Ok((before.refreshed(tokenset, userinfo, scope, now), told))
            }
            Err(error) => {
                let error = SignInError::from(error);
                if error.ends_session() {
                    self.storage.delete_session(record.id).await?;
                }
                Err(error)
            }
        }
    }

    /// Keeps the new tokens before anything else can fail: the old refresh
    /// token may be worthless by now.
    async fn keep(
        &self,
        provider: &Provider,
        record: &SessionRecord,
        lease: LeaseId,
        tokens: &SessionTokens,
    ) -> Result<(), SignInError> {
        let id_token = tokens.tokenset.id_token.as_ref();
        let update = SessionUpdate {
            subject: id_token.map_or_else(
                || record.subject.clone(),
                |token| token.subject().to_owned(),
            ),
            provider_session: id_token
                .and_then(|token| token.session_id())
                .map(str::to_owned)
                .or_else(|| record.provider_session.clone()),
            sealed_tokens: tokens.seal(&self.keychain(), record.id, &*self.entropy)?,
            refreshed_at: tokens.received_at,
            expires_at: tokens.session_end(provider, tokens.received_at),
        };
        if self.commit(record.id, lease, &update).await? {
            // Nobody knows yet whose it is: it was in a cookie of Backstage.
            if record.subject.is_empty() && record.created_at == record.refreshed_at {
                audit::session_taken_over(provider);
            }
            return Ok(());
        }
        let now = self.clock.now();
        if self.storage.session(record.id, now).await?.is_some() {
            // Another node took this one for dead, and refreshes.
            return Err(SignInError::RefreshBusy);
        }
        // Ended meanwhile, by a logout, which knew the old refresh token only:
        // the new one must not outlive it.
        if let Some(token) = &tokens.tokenset.refresh_token {
            tell_of_logout(provider, token).await;
        }
        Err(SignInError::SessionMissing)
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

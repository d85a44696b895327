//! `refresh`: a session goes on (contract §8).
//!
//! At most one refresh of a session is under way at any time, on all nodes
//! together; whoever else asks meanwhile gets its result. So a provider that
//! rotates refresh tokens never sees an old one.

mod keep;
mod provider;
mod turn;

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use stagedoor_storage::SessionRecord;

use crate::{
    SignIn, SignInError, audit, count,
    error::ProviderFailure,
    provider::Provider,
    rooms::Room,
    session::{Presented, SessionCookie, SessionResponse},
    to_the_end::ToTheEnd,
    traces::{self, TRACE},
    who::Who,
};
use turn::Asked;

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
    /// The session cookie to set: with a new secret, or to live anew from now.
    pub cookie: SessionCookie,
    /// The scopes granted, for their cookie.
    pub granted_scope: String,
}

impl SignIn {
    /// Refreshes a session.
    ///
    /// # Errors
    /// What names no provider as such, and [`SignInError::ProviderBusy`]; any
    /// other failure as [`SignInError::RefreshFailed`].
    #[tracing::instrument(target = TRACE, level = "debug", name = "sign_in.refresh", skip_all, fields(provider, environment, outcome))]
    pub async fn refresh(
        self: &Arc<Self>,
        request: RefreshRequest,
    ) -> Result<Refreshed, SignInError> {
        let provider = self
            .live()
            .providers
            .find(&request.provider, request.environment.as_deref())?;
        traces::is_about(&provider.id, &provider.environment);
        if !request.from_frontend {
            return Err(SignInError::NotFromFrontend);
        }
        let presented = request.session_cookie.is_some();
        // No news of the session, which goes on: so it is no failed refresh.
        let room = presented.then(|| self.rooms.enter(&provider)).transpose()?;
        let who = Arc::new(Who::default());
        let outcome = self
            .refresh_to_the_end(&provider, request, &who, room)
            .await;
        count::refresh(&provider, &outcome);
        outcome.map_err(|cause| {
            // Every first visit asks once whether there is a session: no news.
            if presented {
                audit::refresh_failed(&provider, &who, &cause);
            }
            SignInError::RefreshFailed(Box::new(cause))
        })
    }

    /// A client that goes away must not stop a refresh half-way, with the old
    /// refresh token used and the new one not kept.
    async fn refresh_to_the_end(
        self: &Arc<Self>,
        provider: &Arc<Provider>,
        request: RefreshRequest,
        who: &Arc<Who>,
        room: Option<Room>,
    ) -> Result<Refreshed, SignInError> {
        let presented = request.presented();
        let unproven = self.room_for(presented.as_ref()).await?;
        let (this, provider, who) = (self.clone(), provider.clone(), who.clone());
        let refreshing = ToTheEnd::of(async move {
            let _held = (room, unproven);
            this.refresh_session(&provider, request, &who).await
        });
        refreshing.await
    }

    async fn refresh_session(
        &self,
        provider: &Arc<Provider>,
        request: RefreshRequest,
        who: &Who,
    ) -> Result<Refreshed, SignInError> {
        let at = self.clock.now();
        let (cookie, of_backstage) = self.present(provider, &request, at).await?;
        let asked = Asked {
            provider,
            scope: request.scope.as_deref(),
            cookie: &cookie,
            of_backstage,
            at,
            who,
        };
        let (record, tokens) = {
            let mut inside = self.enter(cookie.id()).await?;
            if let Some(failure) = inside.failure_while_waiting() {
                return Err(failure.into());
            }
            let outcome = self.take_turn(&asked).await;
            if let Some(failure) = outcome.as_ref().err().and_then(ProviderFailure::of) {
                inside.failed(failure);
            }
            outcome?
        };
        let (session, tokens) = self.session_response(provider, tokens, who).await?;
        self.note_owner(*record, tokens.subject(), session.user_entity_ref())
            .await;
        let newest = tokens.rotation.as_ref();
        Ok(Refreshed {
            provider: provider.clone(),
            session,
            cookie: newest.map_or_else(|| cookie.clone(), |newest| newest.cookie(cookie.id())),
            granted_scope: tokens.scope,
        })
    }

    /// The session cookie of the request, and whether it is one of Backstage's,
    /// taken over.
    async fn present(
        &self,
        provider: &Provider,
        request: &RefreshRequest,
        now: Timestamp,
    ) -> Result<(SessionCookie, bool), SignInError> {
        match request.presented().ok_or(SignInError::SessionMissing)? {
            Presented::Ours(cookie) => Ok((cookie, false)),
            Presented::FromBackstage(token) => {
                let scope = request.granted_scope.as_deref();
                let cookie = self.take_over(provider, token, scope, now).await?;
                Ok((cookie, true))
            }
        }
    }

    /// Keeps the session's user up to date: a session taken over from
    /// Backstage learns it here, and a resolver may change its mind.
    async fn note_owner(&self, before: SessionRecord, subject: Option<&str>, user: Option<String>) {
        let is_new = before.subject.is_empty() || before.user_entity_ref != user;
        if before.user_entity_ref != user {
            let noted = self.storage.set_session_user(before.id, user.as_deref());
            if let Err(error) = noted.await {
                tracing::warn!(%error, "a session's user could not be noted, the next refresh will");
            }
        }
        if is_new {
            self.keep_to_limit(&SessionRecord {
                subject: subject.map_or(before.subject, str::to_owned),
                user_entity_ref: user,
                ..before
            })
            .await;
        }
    }
}

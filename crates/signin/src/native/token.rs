//! `/v1/token` and `/v1/revoke`: codes become tokens, tokens go on and end.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use stagedoor_ambient::random_bytes;
use stagedoor_storage::{LeaseId, LeaseOutcome, SessionRecord, SessionUpdate};

use super::{
    OAuthError,
    code::{Code, CodeExchange},
    refresh_token::Grant,
};
use crate::{
    LogoutRequest, Provider, RefreshRequest, SignIn, SignInError, audit,
    session::{Presented, SessionCookie, SessionResponse, SessionTokens, Standing},
    who::Who,
};

/// How long a session waits for its code to be exchanged: longer than that is
/// good, on every node. An answer that never arrived leaves nothing behind.
const WAITING: SignedDuration = SignedDuration::from_mins(5);
/// How long the exchange may hold a session.
const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// What a program gets.
#[derive(Debug)]
pub struct ClientTokens {
    /// What a browser would be told, with the Backstage token.
    pub session: SessionResponse,
    /// Goes on with the session: `refresh_token`.
    pub refresh_token: SecretString,
}

impl SignIn {
    /// Exchanges a code.
    ///
    /// # Errors
    /// When it is not good, or not this program's, or was exchanged before:
    /// then its session is ended, since one of the two stole it (RFC 6749 §10.5).
    pub async fn exchange_code(
        &self,
        exchange: CodeExchange<'_>,
    ) -> Result<ClientTokens, OAuthError> {
        let client = self.known_client(exchange.client_id)?;
        let code = Code::open(&self.keychain(), exchange.code.unwrap_or_default());
        let code = code.ok_or_else(OAuthError::bad_code)?;
        let now = self.clock.now();
        code.check(&exchange, now)?;
        let providers = &self.live().providers;
        let found = providers.find(&code.provider, Some(&code.environment));
        let provider = found.map_err(|error| OAuthError::of_session(&error))?;
        let Some(Presented::Ours(cookie)) = Presented::parse(code.session().expose_secret()) else {
            return Err(OAuthError::bad_code());
        };
        let begun = self.begin_session(&provider, &code, &cookie, now).await;
        let (session, who) = begun.map_err(|error| OAuthError::of_session(&error))?;
        audit::client_signed_in(&provider, &who, client);
        self.tokens_for(client, &provider, session, &cookie)
    }

    /// Goes on with a session.
    ///
    /// # Errors
    /// When it is over, is another program's, or can't go on at the moment.
    pub async fn refresh_for_client(
        self: &Arc<Self>,
        client_id: Option<&str>,
        refresh_token: Option<&str>,
        scope: Option<&str>,
    ) -> Result<ClientTokens, OAuthError> {
        let client = self.known_client(client_id)?;
        let grant = Grant::open(&self.keychain(), client, refresh_token.unwrap_or_default());
        let grant = grant.ok_or_else(OAuthError::bad_refresh_token)?;
        let request = RefreshRequest {
            provider: grant.provider.clone(),
            environment: Some(grant.environment.clone()),
            from_frontend: true,
            scope: scope.map(str::to_owned),
            granted_scope: None,
            session_cookie: Some(grant.session()),
        };
        let refreshed = self.refresh(request).await;
        let refreshed = refreshed.map_err(|error| OAuthError::of_session(&error))?;
        let (provider, cookie) = (&refreshed.provider, &refreshed.cookie);
        self.tokens_for(client, provider, refreshed.session, cookie)
    }

    /// Ends a session (RFC 7009). A token that is not good is as good as ended
    /// (§2.2).
    ///
    /// # Errors
    /// When the client is not known, or the session can't be ended.
    pub async fn revoke_for_client(
        self: &Arc<Self>,
        client_id: Option<&str>,
        token: Option<&str>,
    ) -> Result<(), OAuthError> {
        let client = self.known_client(client_id)?;
        let token = token.ok_or_else(|| OAuthError::invalid_request("token is required"))?;
        let Some(grant) = Grant::open(&self.keychain(), client, token) else {
            return Ok(());
        };
        let request = LogoutRequest {
            provider: grant.provider.clone(),
            environment: Some(grant.environment.clone()),
            from_frontend: true,
            origin: None,
            session_cookie: Some(grant.session()),
        };
        match self.logout(request).await {
            Ok(_) => Ok(()),
            Err(error) => Err(OAuthError::of_sign_in(&error)),
        }
    }

    /// Until when a new session lives that waits for its code to be exchanged.
    pub(crate) fn waiting_for_client(now: Timestamp) -> Timestamp {
        now.checked_add(WAITING).unwrap_or(now)
    }

    fn known_client<'a>(&self, client_id: Option<&'a str>) -> Result<&'a str, OAuthError> {
        let known = |id: &&str| self.live().native_clients.title(id).is_some();
        client_id
            .filter(known)
            .ok_or_else(OAuthError::unknown_client)
    }

    fn tokens_for(
        &self,
        client: &str,
        provider: &Provider,
        session: SessionResponse,
        cookie: &SessionCookie,
    ) -> Result<ClientTokens, OAuthError> {
        if session.backstage_identity.is_none() {
            return Err(OAuthError::of_session(&SignInError::NoBackstageIdentity));
        }
        let refresh_token = self.refresh_token(client, provider, cookie);
        Ok(ClientTokens {
            session,
            refresh_token: refresh_token.map_err(|error| OAuthError::of_session(&error))?,
        })
    }

    /// The session of a code, from now on for as long as any.
    async fn begin_session(
        &self,
        provider: &Provider,
        code: &Code,
        cookie: &SessionCookie,
        now: Timestamp,
    ) -> Result<(SessionResponse, Who), SignInError> {
        let found = self.storage.session(cookie.id(), now).await?;
        let record = found.ok_or(SignInError::SessionMissing)?;
        let tokens = SessionTokens::open(&self.keychain(), &record)?;
        let standing = Standing::of(cookie, &record, tokens.rotation.as_ref(), now);
        if standing == Standing::Unknown || !provider.is_of(&record) {
            return Err(SignInError::SessionMissing);
        }
        // Known without the ledger: a second use is one also while the catalog is away.
        if record.expires_at > Self::waiting_for_client(record.created_at) {
            return Err(self.end_exchanged(&record).await);
        }
        // Before the code is spent: a catalog that is away costs nobody a sign-in.
        let who = Who::default();
        let (session, tokens) = self.session_response(provider, tokens, &who).await?;
        let (mark, until) = code.mark();
        if !self.storage.use_flow(mark, until).await? {
            return Err(self.end_exchanged(&record).await);
        }
        self.make_last(provider, record, &tokens).await?;
        Ok((session, who))
    }

    /// Ends the session of a code that was exchanged before: one of the two who
    /// showed it stole it.
    async fn end_exchanged(&self, session: &SessionRecord) -> SignInError {
        match self.storage.delete_session(session.id).await {
            Ok(_) => {
                audit::session_secret_reused(session);
                SignInError::SessionMissing
            }
            Err(error) => error.into(),
        }
    }

    /// Lets the session live as long as any.
    async fn make_last(
        &self,
        provider: &Provider,
        record: SessionRecord,
        tokens: &SessionTokens,
    ) -> Result<(), SignInError> {
        let (id, now) = (record.id, self.clock.now());
        let lease = LeaseId(random_bytes(&*self.entropy)?);
        let leased = self.storage.lease_session(id, lease, now, now + LEASE);
        let LeaseOutcome::Acquired(_) = leased.await? else {
            return Err(SignInError::SessionMissing);
        };
        let update = self.lasting(provider, record, tokens);
        match self.storage.commit_refresh(id, lease, &update).await? {
            true => Ok(()),
            false => Err(SignInError::SessionMissing),
        }
    }

    /// The session as it is, with the end it would have had from the start.
    fn lasting(
        &self,
        provider: &Provider,
        record: SessionRecord,
        tokens: &SessionTokens,
    ) -> SessionUpdate {
        let policy = self.live().sessions;
        SessionUpdate {
            expires_at: tokens.session_end(
                provider,
                &policy,
                record.created_at,
                record.refreshed_at,
            ),
            subject: None,
            provider_session: None,
            sealed_tokens: record.sealed_tokens,
            refreshed_at: record.refreshed_at,
        }
    }
}

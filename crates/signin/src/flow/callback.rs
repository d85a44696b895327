//! `callback`: the provider sends the browser back (contract §4, §7).

use std::sync::Arc;

use secrecy::SecretString;
use stagedoor_oidc::{CallbackParams, RefreshToken};
use stagedoor_storage::SessionRecord;
use tracing::Instrument;
use url::Url;

use super::logout::tell_of_logout;
use super::state::{FLOW_LIFETIME, FlowCookie, FlowId, FlowKind, FlowState};
use crate::{
    Live, SignIn, SignInError, audit,
    authenticator::OidcResult,
    count,
    native_client::ClientRequest,
    origin::Origin,
    provider::Provider,
    session::{Place, Presented, SessionCookie, SessionResponse, SessionTokens, Standing},
    traces::{self, TRACE},
    who::Who,
};

/// What came back with the browser.
#[derive(Debug, Default)]
pub struct CallbackRequest {
    /// The provider's id, from the path.
    pub provider: String,
    /// The parameters of the query or the form, as they came.
    pub parameters: Vec<(String, String)>,
    /// The flow cookies of this provider.
    pub flow_cookies: Vec<(FlowId, String)>,
    /// The session cookies there were before, in whatever environment.
    pub session_cookies: Vec<SecretString>,
}

/// How the answer is delivered, whatever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// A message to the window that opened the popup, for this origin only.
    Message(Origin),
    /// A redirect to this address.
    Redirect(Url),
    /// A redirect to the program that asked, by [`SignIn::client_answer`]. This
    /// browser's own session stays as it is.
    Client(ClientRequest),
}

/// The answer to a callback.
#[derive(Debug)]
pub struct CallbackAnswer {
    /// Which provider.
    pub provider: Arc<Provider>,
    /// How to deliver it.
    pub delivery: Delivery,
    /// The app's origin in this flow; cookies depend on it.
    pub origin: Origin,
    /// The flow that ends here; its cookie is to be removed.
    pub flow: FlowId,
    /// The session, or why there is none.
    pub outcome: Result<SignedIn, SignInError>,
}

/// Someone has signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// What the client is told.
    pub session: SessionResponse,
    /// The session cookie to set.
    pub cookie: SessionCookie,
    /// The scopes granted, for their cookie.
    pub granted_scope: String,
}

impl SignIn {
    /// Finishes a flow.
    ///
    /// # Errors
    /// When the state does not tell where an answer could go, or too many wait
    /// for the provider. Any other failure is the answer's [`CallbackAnswer::outcome`].
    pub async fn callback(
        self: &Arc<Self>,
        request: CallbackRequest,
    ) -> Result<CallbackAnswer, SignInError> {
        self.live().providers.must_know(&request.provider)?;
        let provider = request.provider.clone();
        let answer = self.answer(request).await;
        match &answer {
            // Told of once for many, by who turns requests away.
            Ok(_) | Err(SignInError::ProviderBusy) => {}
            Err(error) => audit::sign_in_refused_early(&provider, error),
        }
        answer
    }

    #[tracing::instrument(target = TRACE, level = "debug", name = "sign_in.callback", skip_all, fields(provider, environment, outcome))]
    async fn answer(
        self: &Arc<Self>,
        request: CallbackRequest,
    ) -> Result<CallbackAnswer, SignInError> {
        let live = self.live();
        let state = self.open_state(&request)?;
        let provider = live
            .providers
            .find(&state.provider, Some(&state.environment))?;
        traces::is_about(&provider.id, &provider.environment);
        // Checked again: the configuration may have changed since the start.
        let (delivery, origin) = delivery_of(&live, &state)?;
        // Before the flow is used up: the same answer is good later.
        let _room = self.rooms.enter(&provider)?;
        let flow = state.flow;
        let who = Who::default();
        let outcome = self.finish(&provider, &state, request, &who).await;
        count::sign_in(&provider, &outcome, &who);
        match &outcome {
            Ok(_) => audit::signed_in(&provider, &who),
            Err(error) => audit::sign_in_refused(&provider, &who, error),
        }
        Ok(CallbackAnswer {
            provider,
            delivery,
            origin,
            flow,
            outcome,
        })
    }

    fn open_state(&self, request: &CallbackRequest) -> Result<FlowState, SignInError> {
        let mut states = request
            .parameters
            .iter()
            .filter(|(name, _)| name == "state");
        match (states.next(), states.next()) {
            (Some((_, state)), None) if !state.is_empty() => {
                FlowState::open(&self.keychain(), &request.provider, state)
            }
            (None, _) => Err(SignInError::EnvironmentMissing),
            _ => Err(SignInError::StateInvalid),
        }
    }

    async fn finish(
        self: &Arc<Self>,
        provider: &Arc<Provider>,
        state: &FlowState,
        request: CallbackRequest,
        who: &Who,
    ) -> Result<SignedIn, SignInError> {
        let cookie = self.open_flow_cookie(state, &request.flow_cookies)?;
        let callback = CallbackParams::from_pairs(request.parameters)?;
        self.use_once(state).await?;
        let result = provider
            .authenticator
            .authenticate(&callback, &cookie.secrets)
            .await?;
        let refresh_token = result.tokenset.refresh_token.clone();
        let for_client = matches!(state.kind, FlowKind::Client(_));
        let opening = self.open_session(provider, result, cookie.scope, for_client, who);
        match opening.await {
            Ok((signed_in, session)) => {
                if !for_client {
                    for cookie in &request.session_cookies {
                        self.end_previous(cookie, &session).await;
                    }
                }
                self.keep_to_limit(&session).await;
                Ok(signed_in)
            }
            Err(error) => {
                give_back(provider, refresh_token);
                Err(error)
            }
        }
    }

    /// The cookie that proves this browser started this flow.
    fn open_flow_cookie(
        &self,
        state: &FlowState,
        cookies: &[(FlowId, String)],
    ) -> Result<FlowCookie, SignInError> {
        state.check_age(self.clock.now())?;
        match cookies.iter().find(|(flow, _)| *flow == state.flow) {
            Some((_, sealed)) => FlowCookie::open(&self.keychain(), state, sealed),
            None if cookies.is_empty() => Err(SignInError::FlowCookieMissing),
            None => Err(SignInError::FlowCookieInvalid),
        }
    }

    /// Each flow is finished once, on whichever node.
    async fn use_once(&self, state: &FlowState) -> Result<(), SignInError> {
        // Past this the state has expired everywhere, clocks a minute apart.
        let forget_at = state.started_at + FLOW_LIFETIME * 2;
        if self.storage.use_flow(state.flow.0, forget_at).await? {
            Ok(())
        } else {
            Err(SignInError::FlowAlreadyUsed)
        }
    }

    async fn open_session(
        &self,
        provider: &Provider,
        result: OidcResult,
        scope: String,
        for_client: bool,
        who: &Who,
    ) -> Result<(SignedIn, SessionRecord), SignInError> {
        let now = self.clock.now();
        let tokens = SessionTokens::new(result, scope, now);
        let (response, tokens) = self.session_response(provider, tokens, who).await?;
        let cookie = SessionCookie::generate(&*self.entropy)?;
        let id_token = tokens.tokenset.id_token.as_ref();
        let policy = self.live().sessions;
        let mut session = SessionRecord {
            id: cookie.id(),
            secret_hash: cookie.secret_hash(),
            provider: provider.id.clone(),
            environment: provider.environment.clone(),
            subject: tokens.subject().unwrap_or_default().to_owned(),
            provider_session: id_token
                .and_then(|token| token.session_id())
                .map(str::to_owned),
            user_entity_ref: response.user_entity_ref(),
            sealed_tokens: vec![],
            created_at: now,
            refreshed_at: now,
            expires_at: tokens.session_end(provider, &policy, now, now),
        };
        if for_client {
            session.expires_at = session.expires_at.min(Self::waiting_for_client(now));
        }
        session.sealed_tokens =
            tokens.seal(&self.keychain(), &Place::of(&session), &*self.entropy)?;
        who.has(&session);
        self.storage.insert_session(&session).await?;
        let signed_in = SignedIn {
            session: response,
            cookie,
            granted_scope: tokens.scope,
        };
        Ok((signed_in, session))
    }

    /// The session this browser had before is replaced, not left behind; one in
    /// another environment goes on.
    async fn end_previous(&self, cookie: &SecretString, session: &SessionRecord) {
        use secrecy::ExposeSecret;
        let Some(Presented::Ours(previous)) = Presented::parse(cookie.expose_secret()) else {
            return;
        };
        let now = self.clock.now();
        let Ok(Some(record)) = self.storage.session(previous.id(), now).await else {
            return;
        };
        let tokens = SessionTokens::open(&self.keychain(), &record).ok();
        let rotation = tokens.as_ref().and_then(|it| it.rotation.as_ref());
        let standing = Standing::of(&previous, &record, rotation, now);
        let elsewhere = record.environment != session.environment;
        if standing == Standing::Unknown || record.id == session.id || elsewhere {
            return;
        }
        match self.storage.delete_session(record.id).await {
            Ok(true) if standing == Standing::RotatedOut => audit::session_secret_reused(&record),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "a replaced session could not be removed, it will expire");
            }
        }
    }
}

/// A grant that no session will use does not stay open at the provider. Nobody
/// waits for that.
fn give_back(provider: &Arc<Provider>, refresh_token: Option<RefreshToken>) {
    if let Some(token) = refresh_token {
        let provider = provider.clone();
        let telling = async move { tell_of_logout(&provider, &token).await };
        tokio::spawn(telling.in_current_span());
    }
}

fn delivery_of(live: &Live, state: &FlowState) -> Result<(Delivery, Origin), SignInError> {
    let origin = match &state.origin {
        Some(origin) => live.origins.check(origin.as_str())?,
        None => live.origins.app().clone(),
    };
    let delivery = match &state.kind {
        FlowKind::Popup => Delivery::Message(origin.clone()),
        FlowKind::Client(request) => match live.native_clients.title(request.client()) {
            Some(_) => Delivery::Client(request.clone()),
            None => return Err(SignInError::ClientUnknown),
        },
        FlowKind::Redirect(url) => {
            Delivery::Redirect(live.origins.check_redirect(Some(url.as_str()))?)
        }
    };
    Ok((delivery, origin))
}

//! `start`: the browser leaves for the provider (contract §3).

use std::sync::Arc;

use url::Url;

use super::state::{FLOW_LIFETIME, FlowCookie, FlowId, FlowKind, FlowState};
use crate::{
    ErrorName, Live, SignIn, SignInError, audit,
    authenticator::AuthorizationInput,
    native_client::ClientRequest,
    origin::Origin,
    provider::Provider,
    traces::{self, TRACE},
};

/// How many flows one browser may have open with one provider; starting one
/// more abandons the oldest, so that cookies can't pile up.
const MAX_OPEN_FLOWS: usize = 6;

/// What the browser asks for.
#[derive(Debug, Default)]
pub struct StartRequest<'a> {
    /// The provider's id, from the path.
    pub provider: &'a str,
    /// `env`
    pub environment: Option<&'a str>,
    /// `origin`: where the answer goes.
    pub origin: Option<&'a str>,
    /// `flow`: `redirect`, or a popup.
    pub flow: Option<&'a str>,
    /// `redirectUrl`
    pub redirect_url: Option<&'a str>,
    /// `scope`
    pub scope: Option<&'a str>,
    /// The granted-scope cookie.
    pub granted_scope: Option<&'a str>,
    /// Whether this browser's last sign-in with the provider was refused.
    pub another_account: bool,
    /// The flows this browser has cookies for.
    pub open_flows: Vec<FlowId>,
}

/// Where the browser goes, and what it takes along.
#[derive(Debug)]
pub struct Started {
    /// The provider's authorization endpoint.
    pub location: Url,
    /// Which provider; the cookie's path depends on it.
    pub provider: Arc<Provider>,
    /// The origin that asked, when it said so.
    pub origin: Option<Origin>,
    /// The flow's name, part of its cookie's name.
    pub flow: FlowId,
    /// The value of the flow cookie.
    pub cookie: String,
    /// Flows whose cookies are to be removed.
    pub abandoned: Vec<FlowId>,
}

impl SignIn {
    /// Starts a flow. Needs no database: any node can finish it.
    ///
    /// # Errors
    /// When the request names something that is not there or not allowed, or
    /// the provider can't be reached.
    pub async fn start(&self, request: StartRequest<'_>) -> Result<Started, SignInError> {
        self.start_for(request, None).await
    }

    /// The same, to end with an answer to `client` if there is one.
    pub(crate) async fn start_for(
        &self,
        request: StartRequest<'_>,
        client: Option<ClientRequest>,
    ) -> Result<Started, SignInError> {
        let provider = request.provider;
        let started = self.start_flow(request, client).await;
        if let Err(error) = &started
            && error.name() != ErrorName::NotFoundError
            && !matches!(error, SignInError::ProviderBusy)
        {
            audit::sign_in_refused_early(provider, error);
        }
        started
    }

    #[tracing::instrument(target = TRACE, level = "debug", name = "sign_in.start", skip_all, fields(provider, environment))]
    async fn start_flow(
        &self,
        request: StartRequest<'_>,
        client: Option<ClientRequest>,
    ) -> Result<Started, SignInError> {
        let live = self.live();
        let provider = live.providers.find(request.provider, request.environment)?;
        traces::is_about(&provider.id, &provider.environment);
        let (origin, kind) = match client {
            Some(client) => (None, FlowKind::Client(client)),
            None => read_destination(&live, &request)?,
        };
        let scope = provider
            .scopes
            .to_ask(request.scope, request.granted_scope)?
            .to_string();
        let now = self.clock.now();
        let state = FlowState {
            flow: FlowId::generate(now, &*self.entropy)?,
            provider: provider.id.clone(),
            environment: provider.environment.clone(),
            origin: origin.clone(),
            kind,
            started_at: now,
        };
        let sealed_state = state.seal(&self.keychain(), &*self.entropy)?;
        let input = AuthorizationInput {
            scope: &scope,
            state: &sealed_state,
            another_account: request.another_account,
        };
        let room = self.rooms.begin(&provider)?;
        let start = provider.authenticator.start(input).await?;
        drop(room);
        let cookie = FlowCookie {
            secrets: start.secrets,
            scope,
        };
        Ok(Started {
            location: start.url,
            origin,
            flow: state.flow,
            cookie: cookie.seal(&state, &self.keychain(), &*self.entropy)?,
            abandoned: abandoned(request.open_flows),
            provider,
        })
    }

    /// How long a flow may take, which is how long its cookie lives.
    #[must_use]
    pub fn flow_lifetime() -> jiff::SignedDuration {
        FLOW_LIFETIME
    }
}

fn read_destination(
    live: &Live,
    request: &StartRequest<'_>,
) -> Result<(Option<Origin>, FlowKind), SignInError> {
    let origin = request
        .origin
        .map(|origin| live.origins.check(origin))
        .transpose()?;
    let kind = match request.flow {
        Some("redirect") => FlowKind::Redirect(live.origins.check_redirect(request.redirect_url)?),
        _ => FlowKind::Popup,
    };
    Ok((origin, kind))
}

/// The oldest of `open`, so that together with the new one no more than
/// [`MAX_OPEN_FLOWS`] stay.
fn abandoned(mut open: Vec<FlowId>) -> Vec<FlowId> {
    open.sort_unstable();
    let too_many = (open.len() + 1).saturating_sub(MAX_OPEN_FLOWS);
    open.truncate(too_many);
    open
}

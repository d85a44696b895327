//! A browser: a cookie jar for one provider that walks through the flows.

use std::sync::Arc;

use stagedoor_signin::{
    CallbackAnswer, CallbackRequest, FlowId, LoggedOut, LogoutRequest, RefreshRequest, Refreshed,
    SignIn, SignInError, SignedIn, StartRequest, Started, session::SessionResponse,
};

use super::{APP, ENVIRONMENT, House};

/// What a browser keeps of one provider.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    pub(crate) provider: &'static str,
    pub(crate) environment: &'static str,
    pub(crate) flows: Vec<(FlowId, String)>,
    pub(crate) session: Option<String>,
    pub(crate) granted_scope: Option<String>,
}

impl Default for Browser {
    fn default() -> Self {
        Self::at("keycloak", ENVIRONMENT)
    }
}

impl Browser {
    pub(crate) fn at(provider: &'static str, environment: &'static str) -> Self {
        Self {
            provider,
            environment,
            flows: vec![],
            session: None,
            granted_scope: None,
        }
    }

    /// A browser that has signed in.
    pub(crate) async fn signed_in(house: &House) -> Self {
        let mut browser = Self::default();
        browser.sign_in(&house.sign_in).await.unwrap();
        browser
    }

    /// A browser with the session cookie that Backstage gave it.
    pub(crate) fn from_backstage(house: &House, refresh_token: &str) -> Self {
        house.provider.has_given(refresh_token);
        Self {
            session: Some(refresh_token.to_owned()),
            ..Self::default()
        }
    }

    /// The request for `/start` in a popup.
    pub(crate) fn start_request(&self) -> StartRequest<'_> {
        StartRequest {
            provider: self.provider,
            environment: Some(self.environment),
            origin: Some(APP),
            granted_scope: self.granted_scope.as_deref(),
            open_flows: self.flows.iter().map(|(flow, _)| *flow).collect(),
            ..StartRequest::default()
        }
    }

    /// Keeps the flow's cookie; the state that goes to the provider.
    pub(crate) fn leave(&mut self, started: Started) -> String {
        self.flows
            .retain(|(flow, _)| !started.abandoned.contains(flow));
        self.flows.push((started.flow, started.cookie));
        let mut query = started.location.query_pairs();
        let (_, state) = query.find(|(name, _)| name == "state").unwrap();
        state.into_owned()
    }

    /// Starts a flow in a popup; its state.
    pub(crate) async fn start(&mut self, sign_in: &SignIn) -> String {
        let started = sign_in.start(self.start_request()).await.unwrap();
        self.leave(started)
    }

    /// The request that a provider's redirect makes of this browser.
    pub(crate) fn callback_request(&self, parameters: &[(&str, &str)]) -> CallbackRequest {
        CallbackRequest {
            provider: self.provider.to_owned(),
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            flow_cookies: self.flows.clone(),
            session_cookies: self.session.clone().map(Into::into).into_iter().collect(),
        }
    }

    /// Comes back from the provider with a good code, keeping what comes of it.
    pub(crate) async fn come_back(
        &mut self,
        sign_in: &Arc<SignIn>,
        state: &str,
    ) -> Result<CallbackAnswer, SignInError> {
        let request = self.callback_request(&[("code", "good-code"), ("state", state)]);
        let answer = sign_in.callback(request).await?;
        self.flows.retain(|(flow, _)| *flow != answer.flow);
        if let Ok(signed_in) = &answer.outcome {
            self.session = Some(signed_in.cookie.expose());
            self.granted_scope = Some(signed_in.granted_scope.clone());
        }
        Ok(answer)
    }

    /// Signs in, the whole way.
    pub(crate) async fn sign_in(&mut self, sign_in: &Arc<SignIn>) -> Result<SignedIn, SignInError> {
        let state = self.start(sign_in).await;
        self.come_back(sign_in, &state).await?.outcome
    }

    /// The request of the frontend for `/refresh`.
    pub(crate) fn refresh_request(&self) -> RefreshRequest {
        RefreshRequest {
            provider: self.provider.to_owned(),
            environment: Some(self.environment.to_owned()),
            from_frontend: true,
            scope: None,
            granted_scope: self.granted_scope.clone(),
            session_cookie: self.session.clone().map(Into::into),
        }
    }

    /// Refreshes, without keeping what comes of it.
    pub(crate) async fn try_refresh(
        &self,
        sign_in: &Arc<SignIn>,
    ) -> Result<Refreshed, SignInError> {
        sign_in.refresh(self.refresh_request()).await
    }

    /// Refreshes, and keeps the cookies.
    pub(crate) async fn refresh(
        &mut self,
        sign_in: &Arc<SignIn>,
    ) -> Result<SessionResponse, SignInError> {
        let refreshed = self.try_refresh(sign_in).await?;
        self.session = Some(refreshed.cookie.expose());
        self.granted_scope = Some(refreshed.granted_scope);
        Ok(refreshed.session)
    }

    /// Refreshes in a task of its own, as another tab does.
    pub(crate) fn refresh_in_a_tab(
        &self,
        sign_in: &Arc<SignIn>,
    ) -> tokio::task::JoinHandle<Result<Refreshed, SignInError>> {
        let (sign_in, request) = (sign_in.clone(), self.refresh_request());
        tokio::spawn(async move { sign_in.refresh(request).await })
    }

    /// The request of the frontend for `/logout`.
    pub(crate) fn logout_request(&self) -> LogoutRequest {
        LogoutRequest {
            provider: self.provider.to_owned(),
            environment: Some(self.environment.to_owned()),
            from_frontend: true,
            origin: Some(APP.to_owned()),
            session_cookie: self.session.clone().map(Into::into),
        }
    }

    /// Logs out, keeping the cookie all the same.
    pub(crate) async fn logout(&self, sign_in: &Arc<SignIn>) -> Result<LoggedOut, SignInError> {
        sign_in.logout(self.logout_request()).await
    }
}

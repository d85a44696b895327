//! Front-channel logout: the provider's page shows ours in a frame, as a sign
//! that a session is over (OpenID Connect Front-Channel Logout 1.0 §3).

use std::sync::Arc;

use crate::{SignIn, SignInError, audit, provider::Provider};

/// The longest `sid` that a session can have.
const MAX_SESSION: usize = 1024;

/// What the frame's address says.
#[derive(Debug, Default)]
pub struct FrontchannelLogoutRequest {
    /// The provider's id, from the path.
    pub provider: String,
    /// `env`; without it, every environment of that provider.
    pub environment: Option<String>,
    /// `iss`
    pub issuer: Option<String>,
    /// `sid`
    pub session: Option<String>,
}

impl SignIn {
    /// Ends the sessions that the provider knows as `sid`; how many there were.
    ///
    /// The frame is in another site's page, so it brings no cookie: the
    /// session is found by `sid`, which nobody knows but the provider and whom
    /// it belongs to. So `iss` and `sid` must be there, though §3 leaves that
    /// to the client.
    ///
    /// # Errors
    /// When `iss` or `sid` is missing, or `iss` is not the provider.
    pub async fn frontchannel_logout(
        &self,
        request: FrontchannelLogoutRequest,
    ) -> Result<u64, SignInError> {
        let outcome = self.log_out_in_frame(&request).await;
        if let Err(error) = &outcome {
            audit::provider_logout_refused("frontchannel_logout", &request.provider, error);
        }
        outcome
    }

    async fn log_out_in_frame(
        &self,
        request: &FrontchannelLogoutRequest,
    ) -> Result<u64, SignInError> {
        let live = self.live();
        let environment = request.environment.as_deref();
        let providers = live
            .providers
            .find_in_environments(&request.provider, environment)?;
        let (Some(issuer), Some(session)) = (&request.issuer, &request.session) else {
            return Err(SignInError::LogoutNotNamed);
        };
        if session.is_empty() || session.len() > MAX_SESSION {
            return Err(SignInError::LogoutNotNamed);
        }
        let mut ended = None;
        let mut refused = SignInError::LogoutNotNamed;
        for provider in &providers {
            match self.is_issuer(provider, issuer).await {
                Ok(true) => {
                    let sessions = self.end_sessions(provider, session).await?;
                    ended = Some(ended.unwrap_or(0) + sessions);
                }
                Ok(false) => {}
                Err(error) => refused = error,
            }
        }
        ended.ok_or(refused)
    }

    async fn is_issuer(&self, provider: &Arc<Provider>, issuer: &str) -> Result<bool, SignInError> {
        let _room = self.rooms.enter(provider)?;
        Ok(provider.authenticator.is_issuer(issuer).await?)
    }

    async fn end_sessions(&self, provider: &Provider, session: &str) -> Result<u64, SignInError> {
        let (id, environment) = (&provider.id, &provider.environment);
        let sessions = self
            .storage
            .delete_sessions_of_provider_session(id, environment, session)
            .await?;
        audit::logged_out_at_provider("frontchannel_logout", provider, None, sessions);
        Ok(sessions)
    }
}

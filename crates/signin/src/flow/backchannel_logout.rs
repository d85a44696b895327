//! Back-channel logout: the provider says that someone is logged out (OpenID
//! Connect Back-Channel Logout 1.0 §2.5 to §2.8).

use std::sync::Arc;

use aws_lc_rs::digest;
use jiff::SignedDuration;
use stagedoor_oidc::{VerifiedLogoutToken, Violation};
use stagedoor_storage::{LoggedOut, ProviderLogout};

use crate::{ErrorName, SignIn, SignInError, audit, provider::Provider};

/// How much longer than it is good a token is remembered: what clocks may
/// differ by (`clockTolerance`, at most 5 minutes), and that again.
const REMEMBERED_LONGER: SignedDuration = SignedDuration::from_mins(10);

/// What the provider posts.
#[derive(Default)]
pub struct BackchannelLogoutRequest {
    /// The provider's id, from the path.
    pub provider: String,
    /// `env`; without it, every environment whose client the token is for.
    pub environment: Option<String>,
    /// `logout_token`
    pub logout_token: Option<String>,
}

impl std::fmt::Debug for BackchannelLogoutRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BackchannelLogoutRequest")
            .field("provider", &self.provider)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

impl SignIn {
    /// Ends the sessions that a logout token is about, on all nodes; how many
    /// there were. That there were none is no failure: they may have ended
    /// before.
    ///
    /// # Errors
    /// When the token breaks a rule or was used before, or the sessions can't
    /// be ended: then the same token is good for another try.
    pub async fn backchannel_logout(
        &self,
        request: BackchannelLogoutRequest,
    ) -> Result<u64, SignInError> {
        let live = self.live();
        let environment = request.environment.as_deref();
        let providers = live
            .providers
            .find_in_environments(&request.provider, environment)?;
        let outcome = match request.logout_token.as_deref() {
            Some(token) if !token.is_empty() => self.log_out_of_any(&providers, token).await,
            _ => Err(SignInError::LogoutTokenMissing),
        };
        if let Err(error) = &outcome {
            audit::provider_logout_refused("backchannel_logout", &request.provider, error);
        }
        outcome
    }

    /// One provider's clients in several environments may be one and the same:
    /// the token is for each that it is valid for.
    async fn log_out_of_any(
        &self,
        providers: &[Arc<Provider>],
        token: &str,
    ) -> Result<u64, SignInError> {
        let mut ended = None;
        let mut refused = SignInError::LogoutTokenMissing;
        let mut not_yet = None;
        for provider in providers {
            match self.log_out_of(provider, token).await {
                Ok(sessions) => ended = Some(ended.unwrap_or(0) + sessions),
                Err(error) if error.name() == ErrorName::ServiceUnavailableError => {
                    not_yet = Some(error);
                }
                // That it was used before tells more than that it is not for
                // the client of another environment.
                Err(_) if matches!(refused, SignInError::LogoutTokenUsed) => {}
                Err(error) => refused = error,
            }
        }
        match not_yet {
            // Asked again, those that it was good for say that it was used.
            Some(error) => Err(error),
            None => ended.ok_or(refused),
        }
    }

    async fn log_out_of(&self, provider: &Arc<Provider>, token: &str) -> Result<u64, SignInError> {
        let _room = self.rooms.enter(provider)?;
        let token = provider.authenticator.verify_logout_token(token).await?;
        let whose = whose(&token)?;
        let longer = token.expires.checked_add(REMEMBERED_LONGER);
        let logout = ProviderLogout {
            message: message_of(provider, &token),
            remember_until: longer.unwrap_or(token.expires),
            provider: provider.id.clone(),
            environment: provider.environment.clone(),
            whose,
        };
        let ended = self.storage.log_out_at_provider(&logout).await?;
        let sessions = ended.ok_or(SignInError::LogoutTokenUsed)?;
        let subject = token.subject.as_deref();
        audit::logged_out_at_provider("backchannel_logout", provider, subject, sessions);
        Ok(sessions)
    }
}

/// §2.6 rule 8 and §2.7: `sid` names sessions, `sub` alone all of someone's.
fn whose(token: &VerifiedLogoutToken) -> Result<LoggedOut, SignInError> {
    let subject = token.subject.clone();
    match &token.session_id {
        Some(session) => Ok(LoggedOut::Session {
            provider_session: session.clone(),
            subject,
        }),
        None => subject
            .map(LoggedOut::Subject)
            .ok_or(SignInError::Provider(Violation::NobodyToLogOut.into())),
    }
}

/// What the token is remembered by. Its `jti` is unique at its issuer; each
/// environment acts on it once. Lengths go before the parts, so that no two
/// tokens' parts run together to the same.
fn message_of(provider: &Provider, token: &VerifiedLogoutToken) -> [u8; 16] {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [
        "backchannel-logout",
        &provider.id,
        &provider.environment,
        &token.issuer,
        &token.token_id,
    ] {
        hash.update(&part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut message = [0; 16];
    let bytes = hash.finish();
    message
        .iter_mut()
        .zip(bytes.as_ref())
        .for_each(|(to, from)| *to = *from);
    message
}

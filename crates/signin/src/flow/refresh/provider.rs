//! The provider is asked for new tokens.

use stagedoor_oidc::{OidcError, RefreshFailure, RefreshToken};
use stagedoor_storage::SessionRecord;

use super::turn::Asked;
use crate::{SignIn, SignInError, authenticator::RefreshResult, count, session::SessionTokens};

impl SignIn {
    /// New tokens, and whether the provider also told whose they are.
    pub(super) async fn ask_provider(
        &self,
        asked: &Asked<'_>,
        record: &SessionRecord,
        before: &SessionTokens,
        refresh_token: &RefreshToken,
    ) -> Result<(SessionTokens, Result<(), OidcError>), SignInError> {
        let provider = asked.provider;
        let scopes = provider.scopes.to_refresh(asked.scope, &before.scope)?;
        let asking = provider
            .authenticator
            .refresh(refresh_token, before.of_before());
        let answer = tokio::time::timeout(self.patience.provider, asking)
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
            Err(RefreshFailure {
                error,
                new_refresh_token: Some(token),
            }) => Ok((before.with_refresh_token(token), Err(error))),
            Err(failure) => {
                let error = SignInError::from(failure.error);
                if error.ends_session() && self.storage.delete_session(record.id).await? {
                    count::sessions_ended(error.code(), 1);
                }
                Err(error)
            }
        }
    }
}

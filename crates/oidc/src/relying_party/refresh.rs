//! New tokens for old.

use super::RelyingParty;
use crate::{
    authentication::RequiredAuthentication,
    id_token::{Answers, OriginalSignIn},
    refresh_failure::RefreshFailure,
    secrets::RefreshToken,
    token_endpoint::{TokenResponse, TokenSet},
    trace::TRACE,
};

impl RelyingParty {
    /// Trades `refresh_token` for new tokens (Core §12). A new ID token must
    /// continue the `original` sign-in (§12.2).
    ///
    /// # Errors
    /// As [`Self::exchange_code`]; [`OidcError::is_refused`](crate::OidcError::is_refused)
    /// tells that the grant is over.
    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.refresh", skip_all)]
    pub async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        original: OriginalSignIn<'_>,
    ) -> Result<TokenSet, RefreshFailure> {
        let metadata = self.metadata().await?;
        let fields = vec![
            ("grant_type", "refresh_token".into()),
            ("refresh_token", refresh_token.expose().into()),
        ];
        let answer = self
            .post(&metadata, &metadata.token_endpoint, fields)
            .await?;
        let mut response = TokenResponse::read(&answer)?;
        let Some(raw) = response.id_token.take() else {
            return Ok(response.with_id_token(None));
        };
        let answers = Answers::Refresh(original);
        // Nobody authenticates in a refresh.
        let nothing = RequiredAuthentication::default();
        let believing = self.believe(&metadata, raw, &response.access_token, answers, &nothing);
        match believing.await {
            Ok(id_token) => Ok(response.with_id_token(Some(id_token))),
            Err(error) => {
                let new_refresh_token = response.with_id_token(None).refresh_token;
                Err(RefreshFailure::of_id_token(error, new_refresh_token))
            }
        }
    }
}

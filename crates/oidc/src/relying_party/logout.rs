//! The end of a session, whichever side ends it.

use url::Url;

use super::RelyingParty;
use crate::{
    end_session::end_session_url,
    error::OidcError,
    id_token::VerifiedIdToken,
    logout_token::{Expected, VerifiedLogoutToken},
    revocation::{Revocation, read_revocation},
    secrets::RefreshToken,
    trace::TRACE,
};

impl RelyingParty {
    /// Makes `token` worthless at the provider (RFC 7009 §2).
    ///
    /// # Errors
    /// [`OidcError::TokenRefused`] or [`OidcError::Unavailable`].
    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.revoke", skip_all)]
    pub async fn revoke(&self, token: &RefreshToken) -> Result<Revocation, OidcError> {
        let metadata = self.metadata().await?;
        let Some(endpoint) = &metadata.revocation_endpoint else {
            return Ok(Revocation::NotOffered);
        };
        let fields = vec![
            ("token", token.expose().into()),
            ("token_type_hint", "refresh_token".into()),
        ];
        let answer = self.post(&metadata, endpoint, fields).await?;
        read_revocation(&answer)
    }

    /// Where to send the browser to end the provider's own session too, which
    /// returns it to `post_logout_redirect_uri`, exactly as registered, with
    /// `state` (RP-Initiated Logout 1.0 §2). `id_token` tells the provider whose
    /// session it is, however old it may be; without it the provider asks the
    /// person.
    ///
    /// `None` when the provider offers no such endpoint, or its metadata cannot
    /// be had: then there is nothing to send anybody to. The URL may hold the ID
    /// token: keep it out of logs.
    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.end_session", skip_all)]
    pub async fn end_session_url(
        &self,
        id_token: Option<&VerifiedIdToken>,
        post_logout_redirect_uri: Option<&Url>,
        state: Option<&str>,
    ) -> Option<Url> {
        let metadata = self.metadata().await.ok()?;
        let endpoint = metadata.end_session_endpoint.as_ref()?;
        Some(end_session_url(
            endpoint,
            &self.settings,
            id_token,
            post_logout_redirect_uri,
            state,
        ))
    }

    /// Checks a logout token that the provider posted (Back-Channel Logout 1.0
    /// §2.6). The caller sees to it that none is acted on twice: see
    /// [`VerifiedLogoutToken`].
    ///
    /// # Errors
    /// [`OidcError::Invalid`] when it breaks a rule, which is answered with 400;
    /// [`OidcError::Unavailable`] when the provider's keys cannot be had.
    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.verify_logout_token", skip_all)]
    pub async fn verify_logout_token(&self, raw: &str) -> Result<VerifiedLogoutToken, OidcError> {
        let metadata = self.metadata().await?;
        let expected = Expected {
            issuer: self.issuer(&metadata),
            client_id: &self.settings.client_id,
            alg: self.settings.id_token_alg,
            now: self.clock.now(),
            tolerance: self.tolerance(),
        };
        VerifiedLogoutToken::verify(raw, &self.keys, &expected).await
    }
}

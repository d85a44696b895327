//! What the provider says about somebody.

use super::RelyingParty;
use crate::{
    claims::Claims,
    error::OidcError,
    secrets::AccessToken,
    trace::TRACE,
    userinfo::{Expected, ExpectedSubject, media_type, read_userinfo},
};

impl RelyingParty {
    /// The claims about `subject`, whose ID token came with `access_token`;
    /// `None` when the provider has no userinfo endpoint (Core §5.3). Sources of
    /// further claims that the answer names (Core §5.6.2) are not asked: what
    /// stands in them is not there.
    ///
    /// # Errors
    /// [`OidcError::UserinfoRefused`], [`OidcError::Invalid`] when the answer is
    /// about somebody else or not signed as it must be, or
    /// [`OidcError::Unavailable`].
    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.userinfo", skip_all)]
    pub async fn userinfo(
        &self,
        access_token: &AccessToken,
        subject: &str,
    ) -> Result<Option<Claims>, OidcError> {
        self.ask_userinfo(access_token, ExpectedSubject::Exactly(subject))
            .await
    }

    pub(super) async fn ask_userinfo(
        &self,
        access_token: &AccessToken,
        subject: ExpectedSubject<'_>,
    ) -> Result<Option<Claims>, OidcError> {
        let metadata = self.metadata().await?;
        let Some(endpoint) = &metadata.userinfo_endpoint else {
            return Ok(None);
        };
        let expected = Expected {
            subject,
            alg: self.settings.userinfo_signed_alg,
            issuer: self.issuer(&metadata),
            client_id: &self.settings.client_id,
            now: self.clock.now(),
            tolerance: self.tolerance(),
        };
        let accept = media_type(expected.alg);
        let timeout = self.settings.timeout;
        let answer = self
            .http
            .get_as(endpoint, access_token, accept, timeout)
            .await?;
        read_userinfo(&answer, &self.keys, &expected)
            .await
            .map(Some)
    }
}

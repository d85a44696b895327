//! What the provider says about somebody.

use super::RelyingParty;
use crate::{claims::Claims, error::OidcError, secrets::AccessToken, userinfo::read_userinfo};

impl RelyingParty {
    /// The claims about `subject`, whose ID token came with `access_token`;
    /// `None` when the provider has no userinfo endpoint (Core §5.3).
    ///
    /// # Errors
    /// [`OidcError::UserinfoRefused`], [`OidcError::Invalid`] when the answer is
    /// about somebody else, or [`OidcError::Unavailable`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn userinfo(
        &self,
        access_token: &AccessToken,
        subject: &str,
    ) -> Result<Option<Claims>, OidcError> {
        let metadata = self.metadata().await?;
        let Some(endpoint) = &metadata.userinfo_endpoint else {
            return Ok(None);
        };
        let timeout = self.settings.timeout;
        let answer = self.http.get(endpoint, Some(access_token), timeout).await?;
        read_userinfo(&answer, subject).map(Some)
    }
}

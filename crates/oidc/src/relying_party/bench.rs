//! For `benches/`: what a sign-in does to an ID token, without the exchange
//! that brings it.

use super::RelyingParty;
use crate::{
    authentication::RequiredAuthentication,
    error::OidcError,
    id_token::{Answers, Expected, VerifiedIdToken},
    secrets::{AccessToken, Nonce},
};

impl RelyingParty {
    /// Believes `raw` if it answers a request with `nonce`.
    ///
    /// # Errors
    /// As [`Self::exchange_code`].
    pub async fn verify_id_token(
        &self,
        raw: &str,
        access_token: &AccessToken,
        nonce: &Nonce,
    ) -> Result<VerifiedIdToken, OidcError> {
        let metadata = self.metadata().await?;
        let expected = Expected {
            issuer: self.issuer(&metadata),
            client_id: &self.settings.client_id,
            alg: self.settings.id_token_alg,
            now: self.clock.now(),
            tolerance: self.tolerance(),
            access_token,
            answers: Answers::Request(nonce),
            authentication: &RequiredAuthentication::default(),
        };
        VerifiedIdToken::verify(raw.to_owned().into(), &self.keys, &expected).await
    }
}

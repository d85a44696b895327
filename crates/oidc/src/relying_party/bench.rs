//! For `benches/`: what a sign-in does to an ID token, without the exchange
//! that brings it.

use super::RelyingParty;
use crate::{
    authentication::RequiredAuthentication,
    error::OidcError,
    id_token::{Answers, VerifiedIdToken},
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
        let (raw, answers) = (raw.to_owned().into(), Answers::Request(nonce));
        let nothing = RequiredAuthentication::default();
        self.believe(&metadata, raw, access_token, answers, &nothing)
            .await
    }
}

//! What an ID token of this client's provider is measured against.

use super::RelyingParty;
use crate::{
    authentication::RequiredAuthentication,
    discovery::ProviderMetadata,
    error::OidcError,
    id_token::{Answers, Expected, VerifiedIdToken},
    secrets::AccessToken,
    wiped::Wiped,
};

impl RelyingParty {
    /// Believes `raw`, which came with `access_token`, if it keeps every rule
    /// (Core §3.1.3.7, §12.2).
    pub(super) async fn believe(
        &self,
        metadata: &ProviderMetadata,
        raw: Wiped<String>,
        access_token: &AccessToken,
        answers: Answers<'_>,
        authentication: &RequiredAuthentication,
    ) -> Result<VerifiedIdToken, OidcError> {
        let expected = Expected {
            issuer: self.issuer(metadata),
            client_id: &self.settings.client_id,
            alg: self.settings.id_token_alg,
            now: self.clock.now(),
            tolerance: self.tolerance(),
            access_token,
            answers,
            authentication,
        };
        VerifiedIdToken::verify(raw, &self.keys, &expected).await
    }
}

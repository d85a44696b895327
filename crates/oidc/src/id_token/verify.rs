//! Believes an ID token that passes every check.

use super::{Expected, VerifiedIdToken, rules::check_claims};
use crate::{error::OidcError, jwks::KeyRing, jwt::Jws, violation::Place, wiped::Wiped};

impl VerifiedIdToken {
    /// Believes `raw` if it is signed by one of `keys` and says what is `expected`.
    pub(crate) async fn verify(
        raw: Wiped<String>,
        keys: &KeyRing,
        expected: &Expected<'_>,
    ) -> Result<Self, OidcError> {
        let jws = Jws::read(Place::IdToken, &raw)?;
        jws.algorithm_is(expected.alg)?;
        jws.has_no_critical_extension()?;
        jws.kind_is("JWT")?;
        keys.verify(&jws, expected.alg, &expected.issuer).await?;
        check_claims(jws.claims(), expected)?;

        let claims = jws.into_claims();
        Ok(Self::of_parts(raw, claims))
    }
}

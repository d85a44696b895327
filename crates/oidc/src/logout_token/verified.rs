//! A logout token that passed every check.

use jiff::Timestamp;

use super::rules::{Expected, check_claims};
use crate::{
    claims::Claims,
    error::OidcError,
    jwks::KeyRing,
    jwt::{
        Jws,
        claim::{optional_text, required_seconds, required_text},
    },
    violation::{Place, Violation},
};

const AT: Place = Place::LogoutToken;

/// What a logout token that passed every check says.
///
/// Whoever acts on it remembers [`Self::token_id`] until [`Self::expires`]: a
/// token that comes again is a replay (§2.6 rule 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedLogoutToken {
    /// Who says so: the provider's issuer.
    pub issuer: String,
    /// Whose sessions are over; without [`Self::session_id`] all of them.
    pub subject: Option<String>,
    /// The session at the provider that is over.
    pub session_id: Option<String>,
    /// Unique for this token at this issuer (`jti`).
    pub token_id: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From when on it is refused. The provider chooses this freely.
    pub expires: Timestamp,
}

impl VerifiedLogoutToken {
    /// Believes `raw` if it is signed by one of `keys` and says what is `expected`.
    pub(crate) async fn verify(
        raw: &str,
        keys: &KeyRing,
        expected: &Expected<'_>,
    ) -> Result<Self, OidcError> {
        let jws = Jws::read(AT, raw)?;
        jws.algorithm_is(expected.alg)?;
        jws.has_no_critical_extension()?;
        jws.kind_is("logout+jwt")?;
        keys.verify(&jws, expected.alg, &expected.issuer).await?;
        check_claims(jws.claims(), expected)?;
        Ok(Self::of_claims(jws.claims())?)
    }

    fn of_claims(claims: &Claims) -> Result<Self, Violation> {
        let text = |claim| Ok(optional_text(AT, claims, claim)?.map(str::to_owned));
        Ok(Self {
            issuer: required_text(AT, claims, "iss")?.to_owned(),
            subject: text("sub")?,
            session_id: text("sid")?,
            token_id: required_text(AT, claims, "jti")?.to_owned(),
            issued_at: instant(claims, "iat")?,
            expires: instant(claims, "exp")?,
        })
    }
}

fn instant(claims: &Claims, claim: &'static str) -> Result<Timestamp, Violation> {
    let seconds = required_seconds(AT, claims, claim)?;
    Timestamp::from_second(seconds).map_err(|_| Violation::MalformedClaim { at: AT, claim })
}

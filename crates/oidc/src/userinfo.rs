//! The userinfo endpoint (Core §5.3).

use jiff::{SignedDuration, Timestamp};

use crate::{
    claims::Claims,
    error::OidcError,
    http::Answer,
    issuer::ExpectedIssuer,
    jwks::KeyRing,
    jwt::{
        Jws,
        claim::required_text,
        rules::{
            audience_has_the_client, is_not_expired, is_not_issued_in_future, is_valid_already,
            subject_is_well_formed,
        },
    },
    provider_text::shown,
    signing_alg::SigningAlg,
    violation::{Place, Violation},
};

const AT: Place = Place::Userinfo;
const JWT: &str = "application/jwt";

/// What a particular answer is measured against.
pub(crate) struct Expected<'a> {
    /// Whom it must be about.
    pub(crate) subject: ExpectedSubject<'a>,
    /// The algorithm of a signed answer; `None` for a plain one.
    pub(crate) alg: Option<SigningAlg>,
    /// Who may issue it.
    pub(crate) issuer: ExpectedIssuer<'a>,
    /// Our client id.
    pub(crate) client_id: &'a str,
    /// Our time.
    pub(crate) now: Timestamp,
    /// How far the provider's clock may differ.
    pub(crate) tolerance: SignedDuration,
}

/// Whom an answer must be about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ExpectedSubject<'a> {
    /// Who signed in.
    Exactly(&'a str),
    /// Whoever a grant belongs to that was taken over.
    Whoever,
}

/// The form of answer to ask for.
pub(crate) fn media_type(alg: Option<SigningAlg>) -> &'static str {
    alg.map_or("application/json", |_| JWT)
}

/// The claims of an answer that passed every check.
pub(crate) async fn read_userinfo(
    answer: &Answer,
    keys: &KeyRing,
    expected: &Expected<'_>,
) -> Result<Claims, OidcError> {
    if !answer.is_success() {
        return Err(OidcError::UserinfoRefused {
            status: answer.status,
        });
    }
    let claims = match expected.alg {
        Some(alg) => signed(answer, alg, keys, expected).await?,
        None => plain(answer)?,
    };
    subject_is_well_formed(AT, &claims)?;
    if let ExpectedSubject::Exactly(subject) = expected.subject {
        subject_is_the_same(&claims, subject)?;
    }
    Ok(claims)
}

fn plain(answer: &Answer) -> Result<Claims, OidcError> {
    is_plain_json(answer)?;
    let claims = Claims::try_from(answer.json()?).map_err(|_| Violation::Malformed {
        at: AT,
        detail: "not a JSON object".to_owned(),
    })?;
    Ok(claims)
}

async fn signed(
    answer: &Answer,
    alg: SigningAlg,
    keys: &KeyRing,
    expected: &Expected<'_>,
) -> Result<Claims, OidcError> {
    is_a_jwt(answer)?;
    let jws = Jws::read(AT, answer.text()?)?;
    jws.algorithm_is(alg)?;
    jws.has_no_critical_extension()?;
    jws.kind_is("JWT")?;
    keys.verify(&jws, alg, &expected.issuer).await?;
    is_from_the_provider_for_the_client(jws.claims(), expected)?;
    is_within_its_time(jws.claims(), expected)?;
    Ok(jws.into_claims())
}

/// Core §5.3.2: a JWT comes only if the client is registered for it.
fn is_plain_json(answer: &Answer) -> Result<(), Violation> {
    if answer.is_of_type(JWT) {
        return Err(Violation::SignedUserinfo);
    }
    Ok(())
}

/// Core §5.3.2: and if it is registered for it, nothing else does.
fn is_a_jwt(answer: &Answer) -> Result<(), Violation> {
    if answer.is_of_type(JWT) {
        return Ok(());
    }
    Err(Violation::UnsignedUserinfo)
}

/// Core §5.3.2: `iss` is the provider and `aud` has the client. They should be
/// there; some providers leave them out, and then the connection and the
/// subject say as much.
fn is_from_the_provider_for_the_client(
    claims: &Claims,
    expected: &Expected<'_>,
) -> Result<(), Violation> {
    if claims.get("iss").is_some() {
        expected.issuer.is_of(AT, claims)?;
    }
    if claims.get("aud").is_some() {
        audience_has_the_client(AT, claims, expected.client_id)?;
    }
    Ok(())
}

/// RFC 7519 §4.1.4 to §4.1.6: its times, as far as it has any, fit now.
fn is_within_its_time(claims: &Claims, expected: &Expected<'_>) -> Result<(), Violation> {
    let Expected { now, tolerance, .. } = *expected;
    if claims.get("exp").is_some() {
        is_not_expired(AT, claims, now, tolerance)?;
    }
    if claims.get("iat").is_some() {
        is_not_issued_in_future(AT, claims, now, tolerance)?;
    }
    is_valid_already(AT, claims, now, tolerance)
}

/// Core §5.3.2: `sub` is there and exactly that of the ID token; else nothing
/// of the answer may be used, for it may have been swapped for another's.
fn subject_is_the_same(claims: &Claims, expected: &str) -> Result<(), Violation> {
    let got = required_text(AT, claims, "sub")?;
    if got == expected {
        return Ok(());
    }
    Err(Violation::SubjectMismatch {
        at: AT,
        expected: shown(expected),
        got: shown(got),
    })
}

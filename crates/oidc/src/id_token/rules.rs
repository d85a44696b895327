//! What an ID token must say, one function a rule (Core §3.1.3.7); what a
//! refresh adds is in [`super::continuity`].
//!
//! The signature, the algorithm and the form come before: see [`crate::jwt`]
//! and [`crate::jwks`]. So do the rules shared with other tokens.

use aws_lc_rs::digest::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;

use super::{OriginalSignIn, continuity::continues};
use crate::{
    authentication::{RequiredAuthentication, is_of_a_required_class, is_recent},
    claims::Claims,
    issuer::ExpectedIssuer,
    jwt::{
        claim::{audience, optional_text},
        rules::{
            audience_has_the_client, is_not_expired, is_not_issued_in_future, is_valid_already,
            subject_is_well_formed,
        },
    },
    provider_text::shown,
    secrets::{AccessToken, Nonce},
    signing_alg::SigningAlg,
    violation::{Place, Violation},
};

const AT: Place = Place::IdToken;

/// What a particular ID token is measured against.
pub(crate) struct Expected<'a> {
    /// Who may issue it.
    pub(crate) issuer: ExpectedIssuer<'a>,
    /// Our client id.
    pub(crate) client_id: &'a str,
    /// The configured algorithm, whose hash `at_hash` uses.
    pub(crate) alg: SigningAlg,
    /// Our time.
    pub(crate) now: Timestamp,
    /// How far the provider's clock may differ.
    pub(crate) tolerance: SignedDuration,
    /// The access token that came along.
    pub(crate) access_token: &'a AccessToken,
    /// What it is the answer to.
    pub(crate) answers: Answers<'a>,
    /// What the sign-in demanded of the provider.
    pub(crate) authentication: &'a RequiredAuthentication,
}

/// What an ID token is the answer to.
pub(crate) enum Answers<'a> {
    /// An authorization request with this nonce.
    Request(&'a Nonce),
    /// A refresh that continues this sign-in.
    Refresh(OriginalSignIn<'a>),
}

/// All rules, in the order of the specification.
pub(crate) fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Violation> {
    let Expected { now, tolerance, .. } = *expected;
    expected.issuer.is_of(AT, claims)?;
    audience_has_the_client(AT, claims, expected.client_id)?;
    authorized_party_is_the_client(claims, expected.client_id)?;
    is_not_expired(AT, claims, now, tolerance)?;
    is_not_issued_in_future(AT, claims, now, tolerance)?;
    is_valid_already(AT, claims, now, tolerance)?;
    subject_is_well_formed(AT, claims)?;
    match expected.answers {
        Answers::Request(nonce) => nonce_is_the_one_sent(claims, nonce)?,
        Answers::Refresh(original) => continues(claims, original, now, tolerance)?,
    }
    is_of_a_required_class(claims, expected.authentication)?;
    is_recent(claims, expected.authentication, now, tolerance)?;
    access_token_is_the_one_hashed(claims, expected.access_token, expected.alg)
}

/// Rules 4 and 5: if there are other audiences, `azp` is there; and if it is
/// there, it is our client id.
pub(crate) fn authorized_party_is_the_client(
    claims: &Claims,
    client_id: &str,
) -> Result<(), Violation> {
    let others = audience(AT, claims)?.iter().any(|one| *one != client_id);
    let got = optional_text(AT, claims, "azp")?;
    if got == Some(client_id) || (got.is_none() && !others) {
        return Ok(());
    }
    Err(Violation::AzpMismatch {
        expected: shown(client_id),
        got: got.map(shown),
    })
}

/// Rule 11: `nonce` is the one that was sent.
pub(crate) fn nonce_is_the_one_sent(claims: &Claims, sent: &Nonce) -> Result<(), Violation> {
    match optional_text(AT, claims, "nonce")? {
        Some(got) => sent.is(got).then_some(()).ok_or(Violation::NonceMismatch),
        None => Err(Violation::MissingNonce),
    }
}

/// §3.1.3.8: `at_hash`, if there, is the left half of the access token's hash.
pub(crate) fn access_token_is_the_one_hashed(
    claims: &Claims,
    access_token: &AccessToken,
    alg: SigningAlg,
) -> Result<(), Violation> {
    let Some(got) = optional_text(AT, claims, "at_hash")? else {
        return Ok(());
    };
    let hash = digest(alg.digest(), access_token.expose().as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    let expected = URL_SAFE_NO_PAD.encode(left);
    if bool::from(expected.as_bytes().ct_eq(got.as_bytes())) {
        return Ok(());
    }
    Err(Violation::AtHashMismatch)
}

#[cfg(test)]
mod tests;

//! Limited user tokens: they say who the user is and open nothing else.

use serde::Deserialize;

use crate::jws::{self, IssuedHeader, MAX_TOKEN_LENGTH, Unverified};
use crate::token_type;
use crate::user_token::LimitedClaims;

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    iat: i64,
    exp: i64,
    uip: String,
}

/// The limited token within `user_token`, as Backstage's
/// `createLimitedUserToken` rebuilds it; of a limited token, itself. `None`
/// when there is none in it.
///
/// Nothing is verified here: the result proves as much as the signature that it
/// carries.
#[must_use]
pub fn limited_user_token(user_token: &str) -> Option<String> {
    if user_token.len() > MAX_TOKEN_LENGTH {
        return None;
    }
    let parts = Unverified::parse(user_token)?;
    let header: Header = jws::decode(parts.header)?;
    if header.typ == token_type::LIMITED_USER {
        return Some(user_token.to_owned());
    }
    if header.typ != token_type::USER {
        return None;
    }
    let claims: Claims = jws::decode(parts.payload)?;
    let is_base64url = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if claims.uip.is_empty() || !claims.uip.chars().all(is_base64url) {
        return None;
    }
    let header = IssuedHeader {
        typ: token_type::LIMITED_USER,
        alg: &header.alg,
        kid: &header.kid,
    };
    let payload = LimitedClaims {
        sub: &claims.sub,
        iat: claims.iat,
        exp: claims.exp,
    };
    let header = jws::encode(&header).ok()?;
    let payload = jws::encode(&payload).ok()?;
    Some(format!("{header}.{payload}.{}", claims.uip))
}

//! The token endpoint: codes and refresh tokens in, tokens out (Core §3.1.3, §12).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::OidcError,
    http::Answer,
    id_token::VerifiedIdToken,
    provider_text::shown,
    secrets::{AccessToken, RefreshToken},
    violation::{Place, Violation},
    wiped::Wiped,
};

/// The longest access or refresh token kept, in bytes.
const MAX_TOKEN: usize = 64 * 1024;

/// What the provider gave, all of it checked.
///
/// It can be serialised so that a caller can keep a session; then it must be
/// kept sealed, and come back only from there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenSet {
    /// For the provider's own APIs.
    pub access_token: AccessToken,
    /// Always a spelling of `Bearer`.
    pub token_type: String,
    /// The access token's lifetime in seconds, if the provider says.
    pub expires_in: Option<u64>,
    /// The scopes granted, if they differ from those asked for.
    pub scope: Option<String>,
    /// For the next refresh; absent on refresh means that the old one stays good.
    pub refresh_token: Option<RefreshToken>,
    /// Always there after a sign-in; a refresh may come without.
    pub id_token: Option<VerifiedIdToken>,
}

/// A token response of the right form, its ID token not verified yet.
pub(crate) struct TokenResponse {
    pub(crate) access_token: AccessToken,
    pub(crate) id_token: Option<Wiped<String>>,
    token_type: String,
    expires_in: Option<u64>,
    scope: Option<String>,
    refresh_token: Option<RefreshToken>,
}

impl TokenResponse {
    /// Reads the token endpoint's answer (Core §3.1.3.3; RFC 6749 §5.1, §5.2).
    ///
    /// # Errors
    /// [`OidcError::TokenRefused`] for an error response, else what is wrong with it.
    pub(crate) fn read(answer: &Answer) -> Result<Self, OidcError> {
        let body = answer.json()?;
        is_not_an_error(answer, &body)?;
        Ok(Self::from_body(&body)?)
    }

    fn from_body(body: &Value) -> Result<Self, Violation> {
        let access_token = text(body, "access_token")?.ok_or(Violation::MissingParameter {
            at: Place::TokenResponse,
            name: "access_token",
        })?;
        is_visible_text("access_token", access_token)?;
        let token_type = text(body, "token_type")?.unwrap_or("Bearer");
        token_type_is_bearer(token_type)?;
        Ok(Self {
            access_token: AccessToken::new(access_token),
            id_token: text(body, "id_token")?.map(|token| Wiped::new(token.to_owned())),
            token_type: token_type.to_owned(),
            expires_in: lifetime(body),
            scope: text(body, "scope")?.map(str::to_owned),
            refresh_token: text(body, "refresh_token")?.map(RefreshToken::new),
        })
    }

    pub(crate) fn with_id_token(self, id_token: Option<VerifiedIdToken>) -> TokenSet {
        TokenSet {
            access_token: self.access_token,
            token_type: self.token_type,
            expires_in: self.expires_in,
            scope: self.scope,
            refresh_token: self.refresh_token,
            id_token,
        }
    }
}

/// RFC 6749 §5.2. Some providers send errors with status 200: they count as such.
pub(crate) fn is_not_an_error(answer: &Answer, body: &Value) -> Result<(), OidcError> {
    let member = |name: &str| body.get(name).and_then(Value::as_str);
    match member("error") {
        Some(error) => Err(OidcError::token_refused(
            error,
            member("error_description"),
            answer.status,
        )),
        None if answer.is_success() => Ok(()),
        None => Err(OidcError::token_refused(
            "unknown_error",
            None,
            answer.status,
        )),
    }
}

/// RFC 6749 §7.1: a token of a type we do not know is not used. A missing type,
/// though required, is taken as what it always is.
fn token_type_is_bearer(token_type: &str) -> Result<(), Violation> {
    if token_type.eq_ignore_ascii_case("bearer") {
        return Ok(());
    }
    Err(Violation::TokenTypeUnsupported {
        got: shown(token_type),
    })
}

/// RFC 6749 appendix A.12: an access token is made of visible ASCII and blanks,
/// so that it is the same in every header it is sent in.
fn is_visible_text(name: &'static str, value: &str) -> Result<(), Violation> {
    if value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    Err(Violation::Malformed {
        at: Place::TokenResponse,
        detail: format!("'{name}' holds characters that no token may hold"),
    })
}

/// The text of member `name`; null and empty count as absent.
fn text<'a>(body: &'a Value, name: &'static str) -> Result<Option<&'a str>, Violation> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if text.len() > MAX_TOKEN => Err(Violation::TooLong {
            at: Place::TokenResponse,
            name,
            limit: MAX_TOKEN,
        }),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Violation::Malformed {
            at: Place::TokenResponse,
            detail: format!("'{name}' is not a string"),
        }),
    }
}

/// `expires_in`, which some providers send as a string or with a fraction.
fn lifetime(body: &Value) -> Option<u64> {
    let value = body.get("expires_in")?;
    let seconds = value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse::<f64>().ok())?;
    // Casting a float saturates: nothing here overflows.
    (seconds >= 0.0).then_some(seconds as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn lifetimes_are_read_in_every_form_found_in_the_wild() {
        let read = |value: Value| lifetime(&json!({"expires_in": value}));
        assert_eq!(read(json!(3600)), Some(3600));
        assert_eq!(read(json!("3599")), Some(3599));
        assert_eq!(read(json!(12.7)), Some(12));
        for none in [
            json!(-1),
            json!("soon"),
            json!(null),
            json!([1]),
            json!("NaN"),
        ] {
            assert_eq!(read(none), None);
        }
    }

    #[test]
    fn only_bearer_tokens_are_used() {
        assert!(token_type_is_bearer("bearer").is_ok());
        assert!(token_type_is_bearer("BEARER").is_ok());
        assert!(token_type_is_bearer("DPoP").is_err());
    }

    #[test]
    fn an_access_token_no_header_can_hold_is_malformed() {
        let read = |token: &str| TokenResponse::from_body(&json!({"access_token": token}));
        assert!(read("~AZaz09-._+/ =").is_ok());
        for bad in ["a\nb", "a\rb", "a\tb", "\u{7f}", "é"] {
            let code = read(bad).err().map(|violation| violation.code());
            assert_eq!(code, Some("token_response_malformed"), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic_or_gives_a_token_that_is_not_there(
            names in prop::collection::vec(
                "(access_token|id_token|token_type|expires_in|scope|refresh_token|.{0,4})", 0..7),
            values in prop::collection::vec(prop_oneof![
                Just(json!(null)), Just(json!("Bearer")), ".{0,9}".prop_map(Value::from),
                any::<f64>().prop_map(Value::from), Just(json!({"a": [1]})),
            ], 7),
        ) {
            let body: Value = names.into_iter().zip(values).collect::<serde_json::Map<_, _>>().into();
            if let Ok(response) = TokenResponse::from_body(&body) {
                prop_assert_eq!(body["access_token"].as_str(), Some(response.access_token.expose()));
            }
        }
    }
}

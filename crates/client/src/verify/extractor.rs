//! The user of a request, for services that are written with axum.

use axum::{
    Json,
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde_json::json;
use stagedoor_identity::VerifiedUser;

use super::{BackstageTokenVerifier, VerifyError};

/// The user whose token came in `Authorization: Bearer …`.
///
/// The router's state must give a [`BackstageTokenVerifier`]. As
/// `Option<BackstageUser>` it is `None` when the request brings no credentials;
/// bad ones are refused all the same.
///
/// ```
/// use axum::{Router, routing::get};
/// use stagedoor_client::verify::{BackstageTokenVerifier, BackstageUser};
///
/// async fn whoami(BackstageUser(user): BackstageUser) -> String {
///     user.user_entity_ref.to_string()
/// }
///
/// let verifier = BackstageTokenVerifier::new("https://backstage.example.com/api/auth")?;
/// let app: Router = Router::new().route("/whoami", get(whoami)).with_state(verifier);
/// # Ok::<(), stagedoor_client::verify::SetupError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackstageUser(pub VerifiedUser);

/// Why a request has no user. Answers as Backstage does (contract §2), and does
/// not say what is wrong with a token.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum NotBackstageUser {
    /// It brings no credentials.
    #[error("Missing credentials")]
    NoCredentials,
    /// It brings some of another kind, or more than one.
    #[error("Unsupported credentials")]
    OtherCredentials,
    /// Its token was not accepted.
    #[error("Invalid credentials")]
    Token(#[source] VerifyError),
}

impl NotBackstageUser {
    fn status(&self) -> StatusCode {
        match self {
            Self::Token(VerifyError::KeysUnavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl IntoResponse for NotBackstageUser {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut headers = HeaderMap::new();
        let (name, message) = if status == StatusCode::UNAUTHORIZED {
            let challenge = match self {
                Self::Token(_) => r#"Bearer error="invalid_token""#,
                _ => "Bearer",
            };
            let challenge = http::HeaderValue::from_static(challenge);
            headers.insert(header::WWW_AUTHENTICATE, challenge);
            ("AuthenticationError", self.to_string())
        } else {
            let message = "Credentials can't be verified at the moment, please try again";
            ("ServiceUnavailableError", message.to_owned())
        };
        let body = json!({
            "error": { "name": name, "message": message },
            "response": { "statusCode": status.as_u16() },
        });
        (status, headers, Json(body)).into_response()
    }
}

impl<S> FromRequestParts<S> for BackstageUser
where
    S: Send + Sync,
    BackstageTokenVerifier: FromRef<S>,
{
    type Rejection = NotBackstageUser;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let token = bearer(&parts.headers)?.ok_or(NotBackstageUser::NoCredentials)?;
        let verifier = BackstageTokenVerifier::from_ref(state);
        match verifier.verify(token).await {
            Ok(user) => Ok(Self(user)),
            Err(error) => {
                tracing::debug!(%error, "credentials were refused");
                Err(NotBackstageUser::Token(error))
            }
        }
    }
}

impl<S> OptionalFromRequestParts<S> for BackstageUser
where
    S: Send + Sync,
    BackstageTokenVerifier: FromRef<S>,
{
    type Rejection = NotBackstageUser;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, Self::Rejection> {
        if bearer(&parts.headers)?.is_none() {
            return Ok(None);
        }
        let user = <Self as FromRequestParts<S>>::from_request_parts(parts, state).await;
        user.map(Some)
    }
}

/// RFC 6750 §2.1; the scheme in any case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, NotBackstageUser> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().unwrap_or_default(),
        _ => return Err(NotBackstageUser::OtherCredentials),
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(NotBackstageUser::OtherCredentials),
    }
}

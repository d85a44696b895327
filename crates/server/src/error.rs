//! Errors as responses (contract §2).

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use stagedoor_signin::{ErrorName, SignInError, native::OAuthError, tokens::TokenError};

use crate::request_id::RequestId;

/// Anything a route answers instead of what was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    SignIn(#[from] SignInError),
    #[error("Parameter '{0}' was given more than once")]
    DuplicateParameter(&'static str),
    #[error("Parameter '{0}' is not valid")]
    InvalidParameter(&'static str),
    #[error("The request has a parameter that is not known here")]
    UnknownParameter,
    #[error("Name the sessions by user or provider")]
    SessionsNotNamed,
    #[error("There is no such session")]
    NoSuchSession,
    #[error("This service is not allowed to do that")]
    NotPermitted,
    #[error("The request could not be read")]
    Unreadable,
    #[error("No token provided")]
    NoToken,
    #[error("Invalid token")]
    InvalidToken,
    #[error("The sign-in service is not available at the moment, please try again")]
    Tokens(#[source] TokenError),
    #[error("Too many requests, please try again later")]
    TooManyRequests { seconds: u64 },
    #[error("The service is busy, please try again in a moment")]
    Overloaded,
    #[error("The body of the request is too large")]
    BodyTooLarge,
    #[error("The body of the request took too long to come")]
    BodyTooSlow,
    #[error("The query of the address is too long")]
    QueryTooLong,
    #[error("The cookies of this site are too large, please delete them and try again")]
    CookiesTooLarge,
    #[error("The headers of the request are too large")]
    HeadersTooLarge,
    #[error("{}", .0.description)]
    NotAuthorized(OAuthError),
    #[error("The page could not be rendered")]
    Page(#[from] askama::Error),
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Refused(_) => Self::InvalidToken,
            error => Self::Tokens(error),
        }
    }
}

impl ApiError {
    fn name(&self) -> ErrorName {
        match self {
            Self::SignIn(error) => error.name(),
            Self::NotPermitted => ErrorName::NotAllowedError,
            Self::NoSuchSession => ErrorName::NotFoundError,
            Self::DuplicateParameter(_)
            | Self::InvalidParameter(_)
            | Self::UnknownParameter
            | Self::SessionsNotNamed
            | Self::Unreadable
            | Self::QueryTooLong
            | Self::BodyTooLarge
            | Self::BodyTooSlow
            | Self::CookiesTooLarge
            | Self::HeadersTooLarge
            | Self::NotAuthorized(_) => ErrorName::InputError,
            Self::NoToken | Self::InvalidToken => ErrorName::AuthenticationError,
            Self::Tokens(_) | Self::Overloaded => ErrorName::ServiceUnavailableError,
            // Backstage has no name of its own for too many requests.
            Self::TooManyRequests { .. } | Self::Page(_) => ErrorName::Error,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::QueryTooLong => StatusCode::URI_TOO_LONG,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::CookiesTooLarge | Self::HeadersTooLarge => {
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
            }
            other => status_of(other.name()),
        }
    }

    /// When to try again, in seconds.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests { seconds } => Some(*seconds),
            other => (other.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(2),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SignIn(error) => error.code(),
            Self::DuplicateParameter(_) => "duplicate_parameter",
            Self::InvalidParameter(_) => "invalid_parameter",
            Self::UnknownParameter => "unknown_parameter",
            Self::SessionsNotNamed => "sessions_not_named",
            Self::NoSuchSession => "no_such_session",
            Self::NotPermitted => "not_permitted",
            Self::Unreadable => "unreadable_request",
            Self::NoToken => "token_missing",
            Self::InvalidToken => "token_invalid",
            Self::Tokens(_) => "tokens_unavailable",
            Self::TooManyRequests { .. } => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::QueryTooLong => "query_too_long",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyTooSlow => "body_too_slow",
            Self::CookiesTooLarge => "cookies_too_large",
            Self::HeadersTooLarge => "headers_too_large",
            Self::NotAuthorized(error) => error.code.as_str(),
            Self::Page(_) => "page_not_rendered",
        }
    }
}

/// The status that belongs to an error's name.
pub(crate) const fn status_of(name: ErrorName) -> StatusCode {
    match name {
        ErrorName::InputError => StatusCode::BAD_REQUEST,
        ErrorName::AuthenticationError => StatusCode::UNAUTHORIZED,
        ErrorName::NotAllowedError => StatusCode::FORBIDDEN,
        ErrorName::NotFoundError => StatusCode::NOT_FOUND,
        ErrorName::ConflictError => StatusCode::CONFLICT,
        ErrorName::ServiceUnavailableError => StatusCode::SERVICE_UNAVAILABLE,
        ErrorName::Error => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Marks an answer that was given in place of another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Why {
    TooManyRequests {
        seconds: u64,
    },
    Overloaded,
    /// Too many wait for one provider.
    ProviderBusy,
}

/// What the body says besides the request, which [`with_body`] knows.
#[derive(Debug, Clone)]
struct Said {
    name: &'static str,
    message: String,
    code: &'static str,
    cause: Option<(&'static str, String)>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let name = self.name();
        let status = self.status();
        let code = self.code();
        let detail = match &self {
            Self::SignIn(error) => error.detail(),
            other => std::error::Error::source(other)
                .map_or_else(|| other.to_string(), ToString::to_string),
        };
        let busy = matches!(self, Self::SignIn(SignInError::ProviderBusy));
        // Shedding is told of once for many, by who does it.
        if status.is_server_error() && !busy && !matches!(self, Self::Overloaded) {
            tracing::error!(code, detail, "request failed");
        } else {
            tracing::debug!(code, detail, "request refused");
        }
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        let said = Said {
            name: name.as_str(),
            message: self.to_string(),
            code,
            cause: match &self {
                Self::SignIn(SignInError::RefreshFailed(cause)) => {
                    Some((cause.name().as_str(), cause.to_string()))
                }
                _ => None,
            },
        };
        if busy {
            response.extensions_mut().insert(Why::ProviderBusy);
        }
        response.extensions_mut().insert(said);
        response
    }
}

/// Gives every error its JSON body, also those of the framework: a method not
/// allowed, a body too large, a time limit reached.
pub(crate) async fn with_body(
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let request_id = request.extensions().get::<RequestId>().cloned();
    let mut response = next(request).await;
    let status = response.status();
    let said = match response.extensions_mut().remove::<Said>() {
        Some(said) => said,
        None if is_bare_error(status, response.headers()) => plain(status),
        None => return response,
    };
    let mut body = json!({
        "error": {
            "name": said.name,
            "message": said.message,
            "code": said.code,
            "requestId": request_id.as_ref().map(RequestId::as_str),
        },
        "request": { "method": method.as_str(), "url": uri.to_string() },
        "response": { "statusCode": status.as_u16() },
    });
    if let Some((name, message)) = said.cause {
        body["error"]["cause"] = json!({ "name": name, "message": message });
    }
    let mut answer = (status, Json(body)).into_response();
    *answer.extensions_mut() = std::mem::take(response.extensions_mut());
    answer.extensions_mut().insert(FailedWith(said.code));
    for (name, value) in response.headers() {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer.headers_mut().insert(
        header::CACHE_CONTROL,
        const { http::HeaderValue::from_static("no-store") },
    );
    answer
}

/// An error of the framework: plain text, or nothing at all.
fn is_bare_error(status: StatusCode, headers: &HeaderMap) -> bool {
    let plain = headers
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    (status.is_client_error() || status.is_server_error())
        && plain
        && !headers.contains_key(INTENDED)
}

/// Marks an answer as an error, by its code: those who read HTML get a page in
/// its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FailedWith(pub(crate) &'static str);

/// Marks a plain-text answer as meant that way; removed on the way out.
pub(crate) const INTENDED: &str = "x-stagedoor-intended";

fn plain(status: StatusCode) -> Said {
    let (name, code) = match status {
        StatusCode::NOT_FOUND => ("NotFoundError", "not_found"),
        StatusCode::SERVICE_UNAVAILABLE => ("ServiceUnavailableError", "unavailable"),
        StatusCode::URI_TOO_LONG => ("InputError", "query_too_long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => ("InputError", "headers_too_large"),
        StatusCode::PAYLOAD_TOO_LARGE => ("InputError", "body_too_large"),
        StatusCode::METHOD_NOT_ALLOWED => ("NotAllowedError", "method_not_allowed"),
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => {
            ("ServiceUnavailableError", "timeout")
        }
        status if status.is_client_error() => ("InputError", "bad_request"),
        _ => ("Error", "internal"),
    };
    let message = status.canonical_reason().unwrap_or("Error").to_owned();
    Said {
        name,
        message,
        code,
        cause: None,
    }
}

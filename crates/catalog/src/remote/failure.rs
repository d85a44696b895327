//! Why a catalog gave no usable answer, in words for the log.

use std::error::Error as _;

use serde::Deserialize;

use super::NoCatalogToken;
use crate::CatalogError;

/// The most of a stranger's text that goes into a log, in characters.
const SHOWN: usize = 200;

/// Why there is no usable answer. Holds neither tokens nor filters, which may
/// name people by what they keep to themselves.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0}")]
    NoToken(String),
    #[error("{endpoint} can't be reached: {reason}")]
    Unreachable { endpoint: String, reason: String },
    #[error("{endpoint} did not answer within {seconds} s")]
    TimedOut { endpoint: String, seconds: f32 },
    #[error("{endpoint} answered {status}{message}. {advice}")]
    Refused {
        endpoint: String,
        status: u16,
        message: String,
        advice: String,
    },
    #[error("{endpoint} answered {status}{message}")]
    Status {
        endpoint: String,
        status: u16,
        message: String,
    },
    #[error("{endpoint} redirects to {target}; redirects are not followed")]
    Redirected { endpoint: String, target: String },
    #[error("{endpoint} answered with more than {limit} bytes")]
    TooLarge { endpoint: String, limit: usize },
    #[error("{endpoint} answered as no Backstage catalog does: {reason}")]
    NotACatalog { endpoint: String, reason: String },
}

impl Failure {
    /// Whether the same request may well succeed in a moment. All requests are
    /// `GET`, so that repeating one is safe.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Status { status, .. } => matches!(status, 502..=504),
            _ => false,
        }
    }
}

impl From<Failure> for CatalogError {
    fn from(failure: Failure) -> Self {
        let reason = failure.to_string();
        match failure {
            Failure::Refused { .. } => Self::Refused { reason },
            _ => Self::Unavailable { reason },
        }
    }
}

impl From<NoCatalogToken> for Failure {
    fn from(error: NoCatalogToken) -> Self {
        Self::NoToken(error.to_string())
    }
}

/// The body of a Backstage error (contract §2).
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorInBody,
}

#[derive(Deserialize)]
struct ErrorInBody {
    name: String,
    #[serde(default)]
    message: String,
}

/// Whether `body` is Backstage's way to say that there is no such entity, and
/// not that there is no such page.
pub(super) fn is_not_found(body: &[u8]) -> bool {
    serde_json::from_slice(body)
        .is_ok_and(|ErrorBody { error }| error.name.as_str() == "NotFoundError")
}

/// What an error body says, ready to follow a status.
pub(super) fn message_in(body: &[u8]) -> String {
    match serde_json::from_slice(body) {
        Ok(ErrorBody { error }) if !error.message.is_empty() => {
            format!(" ({}: {})", shown(&error.name), shown(&error.message))
        }
        _ => String::new(),
    }
}

/// The causes of `error`, without the URL, which holds the filter.
pub(super) fn described(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    shown(&text)
}

/// A stranger's text, short and on one line.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

//! What errors are called on the wire.

/// The error names Backstage's clients know (contract §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)] // the names are the wire's
pub enum ErrorName {
    /// 400
    InputError,
    /// 401
    AuthenticationError,
    /// 403
    NotAllowedError,
    /// 404
    NotFoundError,
    /// 409
    ConflictError,
    /// 503
    ServiceUnavailableError,
    /// 500
    Error,
}

impl ErrorName {
    /// As it stands in an error body.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InputError => "InputError",
            Self::AuthenticationError => "AuthenticationError",
            Self::NotAllowedError => "NotAllowedError",
            Self::NotFoundError => "NotFoundError",
            Self::ConflictError => "ConflictError",
            Self::ServiceUnavailableError => "ServiceUnavailableError",
            Self::Error => "Error",
        }
    }
}

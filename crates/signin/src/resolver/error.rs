//! Why nobody could be signed in.

use stagedoor_catalog::CatalogError;

use crate::{ErrorName, tokens::TokenError};

/// Why a resolver did not give an identity. `Display` is shown to the person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The catalog has no such user. The next resolver is tried.
    #[error("User not found")]
    UserNotFound,
    /// A resolver of one's own found nobody. The next resolver is tried.
    #[error("{0}")]
    NotFound(String),
    /// The catalog has several such users.
    #[error("User lookup resulted in multiple matches")]
    SeveralUsers,
    /// This person may not sign in.
    #[error("{0}")]
    NotAllowed(String),
    /// The provider gave no e-mail address that may be believed.
    #[error("Login failed, user profile does not contain an email")]
    EmailMissing,
    /// The provider's claims lack what the resolver goes by.
    #[error("Login failed, the identity provider sent no usable '{0}' claim")]
    ClaimMissing(String),
    /// All resolvers passed.
    #[error(
        "Failed to sign-in, unable to resolve user identity. Please verify that your catalog contains the expected User entities that would match your configured sign-in resolver."
    )]
    NobodyResolved,
    /// The catalog could not be asked.
    #[error("The software catalog is not available at the moment, please try again")]
    Catalog(#[from] CatalogError),
    /// No token could be issued.
    #[error("No Backstage token could be issued")]
    Token(#[from] TokenError),
    /// Anything else that goes wrong in a resolver of one's own. The log gets
    /// the cause.
    #[error("The sign-in resolver failed")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ResolveError {
    /// Whether the next resolver of a chain is tried.
    #[must_use]
    pub fn lets_next_try(&self) -> bool {
        self.name() == ErrorName::NotFoundError
    }

    /// The error's name on the wire.
    #[must_use]
    pub fn name(&self) -> ErrorName {
        match self {
            Self::UserNotFound | Self::NotFound(_) => ErrorName::NotFoundError,
            Self::SeveralUsers => ErrorName::ConflictError,
            Self::NotAllowed(_) => ErrorName::NotAllowedError,
            Self::Catalog(_) | Self::Token(TokenError::Storage(_)) => {
                ErrorName::ServiceUnavailableError
            }
            Self::EmailMissing
            | Self::ClaimMissing(_)
            | Self::NobodyResolved
            | Self::Token(_)
            | Self::Other(_) => ErrorName::Error,
        }
    }

    /// A stable, machine-readable reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UserNotFound | Self::NotFound(_) => "user_not_found",
            Self::SeveralUsers => "several_users",
            Self::NotAllowed(_) => "user_not_allowed",
            Self::EmailMissing => "email_missing",
            Self::ClaimMissing(_) => "claim_missing",
            Self::NobodyResolved => "nobody_resolved",
            Self::Catalog(_) => "catalog_unavailable",
            Self::Token(TokenError::Storage(_)) => "storage_unavailable",
            Self::Token(_) => "token_not_issued",
            Self::Other(_) => "resolver_failed",
        }
    }
}

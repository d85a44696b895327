//! What can go wrong in a sign-in, and what the person and the log are told.

use stagedoor_oidc::OidcError;
use stagedoor_storage::StorageError;

use crate::{
    ErrorName, Refusal, resolver::ResolveError, sealing::NotAuthentic, tokens::TokenError,
};

/// Why a sign-in, a refresh or a logout did not succeed.
///
/// `Display` is for the person and the client; it holds nothing an attacker
/// can use. The log gets [`SignInError::detail`] besides.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// No provider has that id.
    #[error("Unknown auth provider '{0}'")]
    UnknownProvider(String),
    /// The provider is known, its configuration is missing.
    #[error("No auth provider registered for '{0}'")]
    ProviderNotConfigured(String),
    /// The request names no environment.
    #[error("Must specify 'env' query to select environment")]
    EnvironmentMissing,
    /// The provider is not configured for that environment.
    #[error("No configuration available for the '{0}' environment of this provider.")]
    UnknownEnvironment(String),
    /// `origin` is not a URL.
    #[error("App origin is invalid, failed to parse")]
    OriginUnparsable,
    /// `origin` may not receive answers.
    #[error("Origin '{0}' is not allowed")]
    OriginNotAllowed(String),
    /// A redirect flow without a destination.
    #[error("No redirectUrl provided in request query parameters")]
    RedirectUrlMissing,
    /// The destination is not a URL.
    #[error("Redirect URL is invalid, failed to parse")]
    RedirectUrlUnparsable,
    /// The destination is elsewhere.
    #[error("Redirect URL is not an allowed origin")]
    RedirectUrlNotAllowed,
    /// The scope asked for does not fit in a cookie.
    #[error("The requested scope is too long, at most {limit} characters are allowed")]
    ScopeTooLong {
        /// In characters.
        limit: usize,
    },
    /// What a flow would have to carry does not fit.
    #[error("The sign-in request is too long")]
    RequestTooLong,
    /// The state was not made here, or for another provider, or was changed.
    #[error("OAuth state is invalid")]
    StateInvalid,
    /// The state is older than ten minutes.
    #[error("The sign-in took too long and has expired, please try again")]
    FlowExpired,
    /// The flow has been finished before.
    #[error("This sign-in has already been completed, please start again")]
    FlowAlreadyUsed,
    /// The browser brings no cookie for this flow.
    #[error("Auth response is missing cookie nonce")]
    FlowCookieMissing,
    /// The cookie belongs to another flow or was changed.
    #[error("Invalid nonce")]
    FlowCookieInvalid,
    /// A required header of the frontend is missing (contract §8).
    #[error("Invalid X-Requested-With header")]
    NotFromFrontend,
    /// A back-channel logout without a `logout_token`.
    #[error("No logout_token was posted")]
    LogoutTokenMissing,
    /// The logout token was acted on before.
    #[error("The logout token was used before")]
    LogoutTokenUsed,
    /// A front-channel logout that does not say which session of this provider.
    #[error("The request does not name the provider and a session of it (iss, sid)")]
    LogoutNotNamed,
    /// The program may not ask, or no longer.
    #[error("The program is not known here")]
    ClientUnknown,
    /// A program asks for a Backstage token of a provider without resolvers.
    #[error("This provider does not sign in to Backstage")]
    NoBackstageIdentity,
    /// There is no session cookie, or none that names a live session.
    #[error("Missing session cookie")]
    SessionMissing,
    /// The session was ended: a secret of its past was presented, by a thief
    /// or by whom it was stolen from.
    #[error("The session has ended, please sign in again")]
    SecretReused,
    /// Another refresh of the same session did not finish in time.
    #[error("The session is being refreshed elsewhere, please try again")]
    RefreshBusy,
    /// A refresh did not succeed; the cause says why.
    #[error("Refresh failed; caused by {name}: {cause}", name = .0.name().as_str(), cause = .0)]
    RefreshFailed(#[source] Box<SignInError>),
    /// The provider refused or could not be asked or believed.
    #[error("{}", provider_message(.0))]
    Provider(#[from] OidcError),
    /// As many wait for the provider as may.
    #[error("The identity provider is busy at the moment, please try again")]
    ProviderBusy,
    /// The provider did not answer within the limit of a refresh.
    #[error("The identity provider can't be reached at the moment, please try again")]
    ProviderTooSlow,
    /// They are not let in at this provider.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The resolver did not find a user.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// No token could be made.
    #[error("No Backstage token could be issued")]
    Token(#[from] TokenError),
    /// The database did not do its part.
    #[error("The sign-in service is not available at the moment, please try again")]
    Storage(#[from] StorageError),
    /// Sealed data of ours does not open.
    #[error("The session can't be read, please sign in again")]
    Unsealing(#[from] NotAuthentic),
    /// The operating system gave no randomness.
    #[error("The sign-in service is not available at the moment, please try again")]
    NoEntropy(#[from] stagedoor_ambient::NoEntropy),
}

impl SignInError {
    /// The name of the error on the wire.
    #[must_use]
    pub fn name(&self) -> ErrorName {
        use ErrorName as Name;
        match self {
            Self::UnknownProvider(_)
            | Self::ProviderNotConfigured(_)
            | Self::UnknownEnvironment(_) => Name::NotFoundError,
            Self::EnvironmentMissing
            | Self::OriginUnparsable
            | Self::RedirectUrlMissing
            | Self::RedirectUrlUnparsable
            | Self::ScopeTooLong { .. }
            | Self::RequestTooLong
            | Self::LogoutTokenMissing
            | Self::LogoutTokenUsed
            | Self::LogoutNotNamed
            | Self::SessionMissing => Name::InputError,
            Self::OriginNotAllowed(_)
            | Self::ClientUnknown
            | Self::NoBackstageIdentity
            | Self::RedirectUrlNotAllowed
            | Self::StateInvalid
            | Self::FlowExpired
            | Self::FlowAlreadyUsed
            | Self::FlowCookieMissing
            | Self::FlowCookieInvalid => Name::NotAllowedError,
            Self::NotFromFrontend
            | Self::RefreshFailed(_)
            | Self::SecretReused
            | Self::Unsealing(_) => Name::AuthenticationError,
            Self::Provider(error) if error.is_transient() => Name::ServiceUnavailableError,
            Self::Provider(_) => Name::AuthenticationError,
            Self::Refused(_) => Refusal::NAME,
            Self::Resolve(error) => error.name(),
            Self::Token(TokenError::Storage(_)) => Name::ServiceUnavailableError,
            Self::Token(_) => Name::Error,
            Self::RefreshBusy
            | Self::ProviderBusy
            | Self::ProviderTooSlow
            | Self::Storage(_)
            | Self::NoEntropy(_) => Name::ServiceUnavailableError,
        }
    }

    /// A stable, machine-readable reason, for logs and error bodies.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownProvider(_) => "unknown_provider",
            Self::ProviderNotConfigured(_) => "provider_not_configured",
            Self::EnvironmentMissing => "environment_missing",
            Self::UnknownEnvironment(_) => "unknown_environment",
            Self::OriginUnparsable => "origin_unparsable",
            Self::OriginNotAllowed(_) => "origin_not_allowed",
            Self::RedirectUrlMissing => "redirect_url_missing",
            Self::RedirectUrlUnparsable => "redirect_url_unparsable",
            Self::RedirectUrlNotAllowed => "redirect_url_not_allowed",
            Self::ScopeTooLong { .. } => "scope_too_long",
            Self::RequestTooLong => "request_too_long",
            Self::StateInvalid => "state_invalid",
            Self::FlowExpired => "flow_expired",
            Self::FlowAlreadyUsed => "flow_already_used",
            Self::FlowCookieMissing => "flow_cookie_missing",
            Self::FlowCookieInvalid => "flow_cookie_invalid",
            Self::NotFromFrontend => "not_from_frontend",
            Self::LogoutTokenMissing => "logout_token_missing",
            Self::LogoutTokenUsed => "logout_token_used",
            Self::LogoutNotNamed => "logout_not_named",
            Self::ClientUnknown => "client_unknown",
            Self::NoBackstageIdentity => "no_backstage_identity",
            Self::SessionMissing => "session_missing",
            Self::SecretReused => "session_secret_reused",
            Self::ProviderBusy => "provider_busy",
            Self::RefreshBusy => "refresh_busy",
            Self::RefreshFailed(cause) => cause.code(),
            Self::Provider(error) => error.code(),
            Self::ProviderTooSlow => "provider_too_slow",
            Self::Refused(refusal) => refusal.code(),
            Self::Resolve(error) => error.code(),
            Self::Token(TokenError::Storage(_)) | Self::Storage(_) => "storage_unavailable",
            Self::Token(_) => "token_not_issued",
            Self::Unsealing(_) => "session_unreadable",
            Self::NoEntropy(_) => "no_entropy",
        }
    }

    /// The whole chain of causes, for the log only.
    #[must_use]
    pub fn detail(&self) -> String {
        let mut detail = match self {
            Self::Provider(error) => error.to_string(),
            other => other.to_string(),
        };
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            if !detail.contains(&text) {
                detail.push_str(": ");
                detail.push_str(&text);
            }
            cause = error.source();
        }
        detail
    }

    /// Whether the person may succeed with another account at the provider.
    #[must_use]
    pub fn asks_for_another_account(&self) -> bool {
        match self {
            Self::Refused(_) => true,
            Self::Resolve(error) => error.name() != ErrorName::ServiceUnavailableError,
            _ => false,
        }
    }

    /// Whether the session can't go on: the provider has ended the grant.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        match self {
            Self::Provider(error) => error.is_refused(),
            Self::Unsealing(_) | Self::SecretReused => true,
            _ => false,
        }
    }
}

/// How a provider failed that ended no session: all who wait for the same
/// refresh are told so.
#[derive(Debug, Clone)]
pub(crate) enum ProviderFailure {
    Failed(OidcError),
    TooSlow,
}

impl ProviderFailure {
    pub(crate) fn of(error: &SignInError) -> Option<Self> {
        match error {
            SignInError::Provider(failure) if !error.ends_session() => {
                Some(Self::Failed(failure.clone()))
            }
            SignInError::ProviderTooSlow => Some(Self::TooSlow),
            _ => None,
        }
    }
}

impl From<ProviderFailure> for SignInError {
    fn from(failure: ProviderFailure) -> Self {
        match failure {
            ProviderFailure::Failed(error) => Self::Provider(error),
            ProviderFailure::TooSlow => Self::ProviderTooSlow,
        }
    }
}

/// What a person is told of a provider's failure. What it claimed about itself
/// is for the log.
fn provider_message(error: &OidcError) -> String {
    match error {
        OidcError::Denied { error, description } => {
            format!(
                "Authentication rejected, {}",
                said(error, description.as_deref())
            )
        }
        OidcError::TokenRefused {
            error, description, ..
        } => {
            format!(
                "Authentication failed, {}",
                said(error, description.as_deref())
            )
        }
        error if error.is_transient() => {
            "The identity provider can't be reached at the moment, please try again".to_owned()
        }
        _ => "The identity provider's answer was not accepted".to_owned(),
    }
}

/// A provider's error as Backstage words it.
fn said(error: &str, description: Option<&str>) -> String {
    match description {
        Some(description) => format!("{error} ({description})"),
        None => error.to_owned(),
    }
}

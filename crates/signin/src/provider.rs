//! A provider: an authenticator and a resolver under an id of one's own.

use std::sync::Arc;

use jiff::SignedDuration;
use stagedoor_oidc::ProviderStatus;
use stagedoor_storage::SessionRecord;
use url::Url;

use crate::{
    Admission, GroupClaims, Icon, SignInError, authenticator::Authenticator,
    resolver::SignInResolver, scope::ScopePolicy,
};

/// How long a session lasts when `sessionDuration` says nothing (contract §5).
pub const DEFAULT_SESSION_DURATION: SignedDuration = SignedDuration::from_hours(1_000 * 24);

/// A provider in one environment, ready to sign people in.
pub struct Provider {
    /// The id under `auth.providers`, and in every URL.
    pub id: String,
    /// The environment: a key under the provider, the `env` of every request.
    pub environment: String,
    /// What people read: "Sign in using {title}".
    pub title: String,
    /// A sentence shown with the button, instead of the default one.
    pub message: Option<String>,
    /// What stands before the title; `None` for its first letter.
    pub icon: Option<Icon>,
    /// Where it stands among the others: lower comes first.
    pub order: i32,
    /// Speaks with the provider.
    pub authenticator: Arc<dyn Authenticator>,
    /// Decides who is let in at all.
    pub admission: Admission,
    /// What people own through beside what the resolver says.
    pub group_claims: GroupClaims,
    /// Decides who someone is; `None` for a provider used only for its access
    /// tokens.
    pub resolver: Option<Arc<dyn SignInResolver>>,
    /// Which scopes to ask for.
    pub scopes: ScopePolicy,
    /// The registered redirect URI; cookies live on its path.
    pub callback_url: Url,
    /// Where the browser comes back to when a logout ends the provider's own
    /// session too, as registered there; `None` leaves that session alone.
    pub logout_return_url: Option<Url>,
    /// How long a session lasts after its last refresh.
    pub session_duration: SignedDuration,
}

impl Provider {
    /// Whether a sign-in would work right now, as far as is known.
    #[must_use]
    pub fn is_available(&self) -> bool {
        !matches!(
            self.authenticator.status(),
            ProviderStatus::Unavailable { .. }
        )
    }

    /// Why a sign-in would not work right now, for an operator.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        match self.authenticator.status() {
            ProviderStatus::Unavailable { reason, .. } => Some(reason),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("id", &self.id)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

impl Provider {
    /// Whether `session` is one of this provider in its environment.
    pub(crate) fn is_of(&self, session: &SessionRecord) -> bool {
        session.provider == self.id && session.environment == self.environment
    }
}

/// All providers of one configuration, in the order they are shown
/// ([`Provider::order`], then as given): immutable, swapped as a whole.
#[derive(Debug, Default)]
pub struct ProviderSet {
    providers: Vec<Arc<Provider>>,
    not_configured: Vec<String>,
}

impl ProviderSet {
    /// `not_configured` are ids that exist but can't be used here.
    #[must_use]
    pub fn new(providers: impl IntoIterator<Item = Provider>, not_configured: Vec<String>) -> Self {
        let mut providers: Vec<_> = providers.into_iter().map(Arc::new).collect();
        providers.sort_by_key(|provider| provider.order);
        Self {
            providers,
            not_configured,
        }
    }

    /// The provider with `id`, in `environment`.
    ///
    /// # Errors
    /// [`SignInError::UnknownProvider`], [`SignInError::ProviderNotConfigured`],
    /// [`SignInError::EnvironmentMissing`], [`SignInError::UnknownEnvironment`].
    pub fn find(&self, id: &str, environment: Option<&str>) -> Result<Arc<Provider>, SignInError> {
        self.must_know(id)?;
        let environment = environment
            .filter(|environment| !environment.is_empty())
            .ok_or(SignInError::EnvironmentMissing)?;
        self.providers
            .iter()
            .find(|provider| provider.id == id && provider.environment == environment)
            .cloned()
            .ok_or_else(|| SignInError::UnknownEnvironment(shortened(environment)))
    }

    /// The provider with `id` in `environment`, or in all of its environments
    /// when none is named: for what comes from the provider, which knows none.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn find_in_environments(
        &self,
        id: &str,
        environment: Option<&str>,
    ) -> Result<Vec<Arc<Provider>>, SignInError> {
        if environment.is_some_and(|environment| !environment.is_empty()) {
            return Ok(vec![self.find(id, environment)?]);
        }
        self.must_know(id)?;
        let providers = self.providers.iter();
        Ok(providers.filter(|it| it.id == id).cloned().collect())
    }

    /// Checks that there is a provider with `id`, in whatever environment.
    ///
    /// # Errors
    /// [`SignInError::UnknownProvider`], [`SignInError::ProviderNotConfigured`].
    pub fn must_know(&self, id: &str) -> Result<(), SignInError> {
        if self.providers.iter().any(|provider| provider.id == id) {
            Ok(())
        } else if self.not_configured.iter().any(|known| known == id) {
            Err(SignInError::ProviderNotConfigured(id.to_owned()))
        } else {
            Err(SignInError::UnknownProvider(shortened(id)))
        }
    }

    /// Every provider in every environment.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.providers.iter()
    }
}

/// What someone typed, short enough to be said back.
fn shortened(value: &str) -> String {
    value.chars().take(64).collect()
}

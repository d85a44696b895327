//! What a provider must be able to do, whatever it is.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use stagedoor_identity::Profile;
use stagedoor_oidc::{
    CallbackParams, Claims, FlowSecrets, OidcError, ProviderStatus, RefreshFailure, RefreshToken,
    TokenSet, VerifiedIdToken, VerifiedLogoutToken,
};
use url::Url;

/// What an authenticator learned about someone: Backstage's `result`.
#[derive(Debug, Clone)]
pub struct OidcResult {
    /// What is known of them: by default the claims of the userinfo endpoint,
    /// or those of the ID token where the provider has none.
    pub userinfo: Claims,
    /// The provider's tokens, verified.
    pub tokenset: TokenSet,
}

/// What a refresh gave.
#[derive(Debug)]
pub struct RefreshResult {
    /// The new tokens. They are kept whatever becomes of `userinfo`: the old
    /// refresh token may be worthless by now.
    pub tokenset: TokenSet,
    /// What is known of the person, or why nothing new is.
    pub userinfo: Result<Claims, OidcError>,
}

/// What is known of the sign-in that a refresh continues.
#[derive(Debug, Clone, Copy)]
pub enum Before<'a> {
    /// The provider's latest ID token.
    IdToken(&'a VerifiedIdToken),
    /// It was in Backstage, and no ID token has told of it since.
    Backstage(&'a TakenOver),
    /// Nothing: its authenticator gave no ID token.
    Nothing,
}

/// A session of Backstage that goes on here, until an ID token says whose it
/// is. Only the take-over makes one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOver {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
}

impl TakenOver {
    /// Whose it is by what the provider said at an earlier refresh.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// What was not known before, the person's own userinfo may have told.
    pub(crate) fn told_by(self, userinfo: Option<&Claims>) -> Self {
        let told = || Some(userinfo?.str("sub")?.to_owned());
        Self {
            subject: self.subject.or_else(told),
        }
    }
}

/// What a flow starts with.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationInput<'a> {
    /// The scopes to ask for, separated by spaces.
    pub scope: &'a str,
    /// The sealed state, to be sent as it is.
    pub state: &'a str,
    /// The person was refused with the account they have at the provider: let
    /// them choose another.
    pub another_account: bool,
}

/// Where to send the browser, and what must stay with it meanwhile.
#[derive(Debug)]
pub struct AuthorizationStart {
    /// The provider's authorization endpoint with every parameter.
    pub url: Url,
    /// What the callback is checked against; kept in the flow cookie, sealed.
    pub secrets: FlowSecrets,
}

/// Signs people in at one provider: Backstage's `OAuthAuthenticator`.
///
/// The flows around it (state, cookies, scopes, sessions) are the same for
/// all authenticators and live in [`crate::SignIn`].
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// Scopes every request asks for.
    fn required_scopes(&self) -> &[&str];

    /// Starts a flow.
    ///
    /// # Errors
    /// When the provider is not available.
    async fn start(&self, input: AuthorizationInput<'_>) -> Result<AuthorizationStart, OidcError>;

    /// Finishes a flow: turns the callback into verified tokens and claims.
    ///
    /// # Errors
    /// When the provider refused, or its answer breaks a rule.
    async fn authenticate(
        &self,
        callback: &CallbackParams,
        secrets: &FlowSecrets,
    ) -> Result<OidcResult, OidcError>;

    /// Gets new tokens. `before` says whom the session belongs to. Where it was
    /// taken over from Backstage and nobody has said so yet, and there is no ID
    /// token that does, the `sub` of the userinfo returned does from then on.
    ///
    /// # Errors
    /// When the provider refused, can't be reached, or names someone else.
    async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        before: Before<'_>,
    ) -> Result<RefreshResult, RefreshFailure>;

    /// Tells the provider that the session is over.
    ///
    /// # Errors
    /// When the provider could not be told.
    async fn logout(&self, refresh_token: &RefreshToken) -> Result<(), OidcError>;

    /// Where the browser goes to end the provider's own session too, which
    /// brings it back to `return_url` (RP-Initiated Logout 1.0 §2). `id_token`
    /// tells whose session it is.
    ///
    /// `None` when the provider offers nothing of the kind, as by default.
    async fn end_session_url(
        &self,
        id_token: Option<&VerifiedIdToken>,
        return_url: &Url,
    ) -> Option<Url> {
        let _ = (id_token, return_url);
        None
    }

    /// Checks a logout token that the provider posted (Back-Channel Logout 1.0
    /// §2.6), all but whether it was used before. By default none is good.
    ///
    /// # Errors
    /// When it breaks a rule, or can't be checked.
    async fn verify_logout_token(&self, token: &str) -> Result<VerifiedLogoutToken, OidcError> {
        let _ = token;
        Err(OidcError::Misconfigured {
            reason: "this authenticator takes no logout tokens".to_owned(),
        })
    }

    /// Whether the provider calls itself `issuer`. By default it has no name.
    ///
    /// # Errors
    /// When that can't be found out.
    async fn is_issuer(&self, issuer: &str) -> Result<bool, OidcError> {
        let _ = issuer;
        Ok(false)
    }

    /// The profile that a result describes.
    fn profile(&self, result: &OidcResult) -> Profile;

    /// Whether the provider can be used right now.
    fn status(&self) -> ProviderStatus;

    /// Keeps what it knows of the provider current, so that no flow waits for
    /// it: called every few seconds in the background.
    async fn keep_current(&self) {}
}

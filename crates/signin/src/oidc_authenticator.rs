//! The authenticator for any OpenID provider.

use std::borrow::Cow;

use async_trait::async_trait;
use stagedoor_claims::ProfileClaims;
use stagedoor_identity::Profile;
use stagedoor_oidc::{
    AccessToken, AuthorizationParams, CallbackParams, Claims, FlowSecrets, OidcError,
    OriginalSignIn, ProviderStatus, RefreshFailure, RefreshToken, RelyingParty, TakenOver,
    VerifiedIdToken, VerifiedLogoutToken, Violation,
};
use url::Url;

use crate::{
    ClaimsFrom,
    authenticator::{
        self as session, Authenticator, AuthorizationInput, AuthorizationStart, Before, OidcResult,
        RefreshResult,
    },
    profile::profile_of,
};

/// What `prompt` to send to the provider (contract §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// No `prompt` parameter: the provider decides. Configured as `auto`.
    Auto,
    /// This one; Backstage's default is `none`.
    Value(String),
}

impl Default for Prompt {
    fn default() -> Self {
        Self::Value("none".to_owned())
    }
}

impl Prompt {
    /// The parameter to send. Whoever was refused must meet the provider's
    /// choice of accounts, or the same one comes back at once: `choice` is the
    /// value that brings it.
    fn to_send(&self, choice: Option<&'static str>) -> Option<Cow<'_, str>> {
        match (self, choice) {
            (Self::Auto, choice) => choice.map(Cow::from),
            (Self::Value(prompt), None) => Some(prompt.into()),
            // `none` goes with no other value (OpenID Connect Core 3.1.2.1).
            (Self::Value(prompt), Some(choice)) if prompt == "none" => Some(choice.into()),
            (Self::Value(prompt), Some(choice))
                if prompt.split(' ').any(|value| value == choice) =>
            {
                Some(prompt.into())
            }
            (Self::Value(prompt), Some(choice)) => Some(format!("{prompt} {choice}").into()),
        }
    }
}

/// What lets a person choose an account at a provider that understands
/// `supported`. One that says nothing is taken to know the specification's own
/// value; one that leaves it out may still ask for a login anew.
fn account_choice(supported: &[String]) -> &'static str {
    const CHOOSE: &str = "select_account";
    if supported.is_empty() || supported.iter().any(|value| value == CHOOSE) {
        CHOOSE
    } else {
        "login"
    }
}

/// How flows with one provider are shaped.
#[derive(Debug, Clone, Default)]
pub struct OidcOptions {
    /// The `prompt` parameter.
    pub prompt: Prompt,
    /// Parameters added to the authorization request as they are.
    pub start_url_search_params: Vec<(String, String)>,
    /// Where what is known of people comes from.
    pub claims_from: ClaimsFrom,
    /// Which claims a profile is made of.
    pub profile: ProfileClaims,
}

/// Signs people in at an OpenID provider.
#[derive(Debug)]
pub struct OidcAuthenticator {
    relying_party: RelyingParty,
    options: OidcOptions,
}

impl OidcAuthenticator {
    /// An authenticator over `relying_party`.
    #[must_use]
    pub fn new(relying_party: RelyingParty, options: OidcOptions) -> Self {
        Self {
            relying_party,
            options,
        }
    }

    /// What is known of the person of `id_token`, to whom `access_token` belongs.
    async fn known(
        &self,
        access_token: &AccessToken,
        id_token: Option<&VerifiedIdToken>,
    ) -> Result<Claims, OidcError> {
        // Without an ID token nothing ties userinfo to anyone.
        let id_token = id_token.ok_or(OidcError::Invalid(Violation::MissingIdToken))?;
        let from = self.options.claims_from;
        let userinfo = if from.asks_userinfo() {
            let subject = id_token.subject();
            self.relying_party.userinfo(access_token, subject).await?
        } else {
            None
        };
        Ok(from.known(userinfo, id_token.claims()))
    }

    /// Goes on with a session that was begun in Backstage.
    async fn continue_for(
        &self,
        session: &session::TakenOver,
        refresh_token: &RefreshToken,
    ) -> Result<RefreshResult, RefreshFailure> {
        let Some(subject) = session.subject() else {
            return Ok(self.take_over(refresh_token).await?);
        };
        let original = OriginalSignIn::Of(subject);
        let tokenset = self.relying_party.refresh(refresh_token, original).await?;
        let userinfo = match &tokenset.id_token {
            Some(id_token) => self.known(&tokenset.access_token, Some(id_token)).await,
            None => self.told(&tokenset.access_token, subject).await,
        };
        Ok(RefreshResult { tokenset, userinfo })
    }

    /// Finds out whose a grant of Backstage is: the ID token says so or, where
    /// the provider sends none on refresh, userinfo.
    async fn take_over(&self, refresh_token: &RefreshToken) -> Result<RefreshResult, OidcError> {
        match self.relying_party.take_over(refresh_token).await? {
            TakenOver::Identified(tokenset) => {
                let id_token = tokenset.id_token.as_ref();
                let userinfo = self.known(&tokenset.access_token, id_token).await;
                Ok(RefreshResult { tokenset, userinfo })
            }
            TakenOver::Unidentified(grant) => {
                let told = match self.options.claims_from.asks_userinfo() {
                    true => self.relying_party.identify(&grant).await,
                    false => Ok(None),
                };
                Ok(RefreshResult {
                    userinfo: told.and_then(somebody),
                    tokenset: grant.into_tokens(),
                })
            }
        }
    }

    /// What userinfo says about `subject`, of whom no ID token tells.
    async fn told(&self, access_token: &AccessToken, subject: &str) -> Result<Claims, OidcError> {
        let told = self.relying_party.userinfo(access_token, subject).await?;
        somebody(told)
    }
}

/// Without ID token and userinfo there is nobody.
fn somebody(userinfo: Option<Claims>) -> Result<Claims, OidcError> {
    userinfo.ok_or(OidcError::Invalid(Violation::MissingIdToken))
}

#[async_trait]
impl Authenticator for OidcAuthenticator {
    fn required_scopes(&self) -> &[&str] {
        &["openid", "profile", "email"]
    }

    async fn start(&self, input: AuthorizationInput<'_>) -> Result<AuthorizationStart, OidcError> {
        let choice = if input.another_account {
            let metadata = self.relying_party.metadata().await?;
            Some(account_choice(&metadata.prompt_values_supported))
        } else {
            None
        };
        let prompt = self.options.prompt.to_send(choice);
        let request = self
            .relying_party
            .authorization_request(AuthorizationParams {
                scope: input.scope,
                state: input.state,
                prompt: prompt.as_deref(),
                extra: &self.options.start_url_search_params,
            })
            .await?;
        Ok(AuthorizationStart {
            url: request.url,
            secrets: request.secrets,
        })
    }

    async fn authenticate(
        &self,
        callback: &CallbackParams,
        secrets: &FlowSecrets,
    ) -> Result<OidcResult, OidcError> {
        let tokenset = self.relying_party.exchange_code(callback, secrets).await?;
        let userinfo = self
            .known(&tokenset.access_token, tokenset.id_token.as_ref())
            .await?;
        Ok(OidcResult { userinfo, tokenset })
    }

    async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        before: Before<'_>,
    ) -> Result<RefreshResult, RefreshFailure> {
        let (original, before) = match before {
            Before::IdToken(id_token) => (OriginalSignIn::Told(id_token), Some(id_token)),
            Before::Backstage(session) => return self.continue_for(session, refresh_token).await,
            Before::Nothing => (OriginalSignIn::Unknown, None),
        };
        let tokenset = self.relying_party.refresh(refresh_token, original).await?;
        // Not every provider renews it.
        let id_token = tokenset.id_token.as_ref().or(before);
        let userinfo = self.known(&tokenset.access_token, id_token).await;
        Ok(RefreshResult { tokenset, userinfo })
    }

    async fn logout(&self, refresh_token: &RefreshToken) -> Result<(), OidcError> {
        self.relying_party.revoke(refresh_token).await.map(drop)
    }

    async fn end_session_url(
        &self,
        id_token: Option<&VerifiedIdToken>,
        return_url: &Url,
    ) -> Option<Url> {
        self.relying_party
            .end_session_url(id_token, Some(return_url), None)
            .await
    }

    async fn verify_logout_token(&self, token: &str) -> Result<VerifiedLogoutToken, OidcError> {
        self.relying_party.verify_logout_token(token).await
    }

    async fn is_issuer(&self, issuer: &str) -> Result<bool, OidcError> {
        let metadata = self.relying_party.metadata().await?;
        Ok(metadata.issuer == issuer)
    }

    fn profile(&self, result: &OidcResult) -> Profile {
        profile_of(&result.userinfo, &self.options.profile)
    }

    fn status(&self) -> ProviderStatus {
        self.relying_party.status()
    }

    async fn keep_current(&self) {
        // The outcome shows in `status`; nobody waits for it here.
        let _ = self.relying_party.keep_current().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_refused_chooses_an_account() {
        const CHOOSE: Option<&str> = Some("select_account");
        let sent = |prompt: &str, choice| {
            let prompt = Prompt::Value(prompt.to_owned());
            prompt.to_send(choice).map(Cow::into_owned)
        };
        assert_eq!(Prompt::Auto.to_send(None), None);
        assert_eq!(Prompt::Auto.to_send(CHOOSE).as_deref(), CHOOSE);
        assert_eq!(sent("none", None).as_deref(), Some("none"));
        assert_eq!(sent("none", CHOOSE).as_deref(), CHOOSE);
        assert_eq!(
            sent("login", CHOOSE).as_deref(),
            Some("login select_account")
        );
        assert_eq!(sent("login", Some("login")).as_deref(), Some("login"));
        assert_eq!(
            sent("select_account consent", CHOOSE).as_deref(),
            Some("select_account consent")
        );
    }

    #[test]
    fn a_provider_that_lists_no_choice_of_accounts_is_asked_for_a_login() {
        let of = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            account_choice(&values)
        };
        assert_eq!(of(&[]), "select_account");
        assert_eq!(of(&["login", "select_account"]), "select_account");
        assert_eq!(of(&["none", "login", "consent"]), "login");
    }
}

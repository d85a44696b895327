//! The authenticator for any OpenID provider.

use std::borrow::Cow;

use async_trait::async_trait;
use stagedoor_identity::Profile;
use stagedoor_oidc::{
    AuthorizationParams, CallbackParams, Claims, FlowSecrets, OidcError, ProviderStatus,
    RefreshToken, RelyingParty, TokenSet, Violation,
};

use crate::{
    authenticator::{
        Authenticator, AuthorizationInput, AuthorizationStart, OidcResult, RefreshResult,
    },
    profile::{EmailPolicy, profile_of},
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
    /// choice of accounts, or the same one comes back at once.
    fn to_send(&self, another_account: bool) -> Option<Cow<'_, str>> {
        const CHOOSE: &str = "select_account";
        match self {
            Self::Auto => another_account.then_some(CHOOSE.into()),
            Self::Value(prompt) if !another_account => Some(prompt.into()),
            // `none` goes with no other value (OpenID Connect Core 3.1.2.1).
            Self::Value(prompt) if prompt == "none" => Some(CHOOSE.into()),
            Self::Value(prompt) if prompt.split(' ').any(|value| value == CHOOSE) => {
                Some(prompt.into())
            }
            Self::Value(prompt) => Some(format!("{prompt} {CHOOSE}").into()),
        }
    }
}

/// How flows with one provider are shaped.
#[derive(Debug, Clone, Default)]
pub struct OidcOptions {
    /// The `prompt` parameter.
    pub prompt: Prompt,
    /// Parameters added to the authorization request as they are.
    pub start_url_search_params: Vec<(String, String)>,
    /// Which e-mail addresses may be believed.
    pub emails: EmailPolicy,
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

    /// Userinfo for tokens whose subject is known, or the ID token's claims
    /// where the provider has no userinfo endpoint.
    async fn userinfo(&self, tokenset: &TokenSet, subject: &str) -> Result<Claims, OidcError> {
        let access_token = &tokenset.access_token;
        let userinfo = self.relying_party.userinfo(access_token, subject).await?;
        Ok(match (userinfo, &tokenset.id_token) {
            (Some(userinfo), _) => userinfo,
            (None, Some(id_token)) => id_token.claims().clone(),
            (None, None) => Claims::empty(),
        })
    }
}

#[async_trait]
impl Authenticator for OidcAuthenticator {
    fn required_scopes(&self) -> &[&str] {
        &["openid", "profile", "email"]
    }

    async fn start(&self, input: AuthorizationInput<'_>) -> Result<AuthorizationStart, OidcError> {
        let prompt = self.options.prompt.to_send(input.another_account);
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
        let subject = subject_of(&tokenset)?;
        let userinfo = self.userinfo(&tokenset, &subject).await?;
        Ok(OidcResult { userinfo, tokenset })
    }

    async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        subject: Option<&str>,
    ) -> Result<RefreshResult, OidcError> {
        let tokenset = self.relying_party.refresh(refresh_token, subject).await?;
        // A session taken over from Backstage has no subject yet: then the new
        // ID token must name it, or nothing ties userinfo to anyone.
        let subject = match subject {
            Some(subject) => Ok(subject.to_owned()),
            None => subject_of(&tokenset),
        };
        let userinfo = match subject {
            Ok(subject) => self.userinfo(&tokenset, &subject).await,
            Err(error) => Err(error),
        };
        Ok(RefreshResult { tokenset, userinfo })
    }

    async fn logout(&self, refresh_token: &RefreshToken) -> Result<(), OidcError> {
        self.relying_party.revoke(refresh_token).await.map(drop)
    }

    fn profile(&self, result: &OidcResult) -> Profile {
        profile_of(&result.userinfo, self.options.emails)
    }

    fn status(&self) -> ProviderStatus {
        self.relying_party.status()
    }

    async fn keep_current(&self) {
        // The outcome shows in `status`; nobody waits for it here.
        let _ = self.relying_party.keep_current().await;
    }
}

fn subject_of(tokenset: &TokenSet) -> Result<String, OidcError> {
    tokenset
        .id_token
        .as_ref()
        .map(|id_token| id_token.subject().to_owned())
        .ok_or(OidcError::Invalid(Violation::MissingIdToken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_refused_chooses_an_account() {
        let sent = |prompt: &str, again| {
            let prompt = Prompt::Value(prompt.to_owned());
            prompt.to_send(again).map(Cow::into_owned)
        };
        assert_eq!(Prompt::Auto.to_send(false), None);
        assert_eq!(
            Prompt::Auto.to_send(true).as_deref(),
            Some("select_account")
        );
        assert_eq!(sent("none", false).as_deref(), Some("none"));
        assert_eq!(sent("none", true).as_deref(), Some("select_account"));
        assert_eq!(sent("login", true).as_deref(), Some("login select_account"));
        assert_eq!(
            sent("select_account consent", true).as_deref(),
            Some("select_account consent")
        );
    }
}

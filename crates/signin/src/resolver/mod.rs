//! Who someone is: from what a provider says to a User entity (contract §11).
//!
//! A [`SignInResolver`] is asked at every sign-in and every refresh. Those in
//! [`built_in`] come from configuration; one's own is any type, or any async
//! function, with the trait.

use std::borrow::Cow;

use async_trait::async_trait;
use serde_json::Value;
use stagedoor_claims::ClaimPath;
use stagedoor_identity::{BackstageIdentity, Profile};

use crate::authenticator::OidcResult;

pub mod built_in;
mod chain;
mod context;
mod error;
mod explain;
mod function;

pub use chain::ResolverChain;
pub use context::{CatalogUserQuery, ResolverContext};
pub use error::ResolveError;
pub use explain::{Attempt, LookUp, Outcome, Question};
pub use function::sign_in_resolver;

/// What a resolver is given about the person: Backstage's `SignInInfo`.
#[derive(Debug, Clone)]
pub struct SignInInfo {
    /// E-mail, name and picture, as far as they may be believed.
    pub profile: Profile,
    /// The provider's verified tokens and claims.
    pub result: OidcResult,
}

impl SignInInfo {
    /// A claim, of what is known ([`ClaimsFrom`](crate::ClaimsFrom)). `email`
    /// is that of the profile: an address that may not be believed is none.
    #[must_use]
    pub fn claim(&self, path: &ClaimPath) -> Option<Cow<'_, Value>> {
        if *path == ClaimPath::EMAIL {
            let email = self.profile.email.clone()?;
            return Some(Cow::Owned(Value::String(email)));
        }
        path.find(self.result.userinfo.as_value())
            .map(Cow::Borrowed)
    }

    /// Whether the provider says that there is such a claim, and leaves it out:
    /// a distributed claim (OpenID Connect Core §5.6.2), which Microsoft Entra
    /// ID makes of too many groups. It is not fetched.
    #[must_use]
    pub fn leaves_out(&self, path: &ClaimPath) -> bool {
        let id_token = self.result.tokenset.id_token.as_ref();
        let known = std::iter::once(&self.result.userinfo).chain(id_token.map(|it| it.claims()));
        let mut said = known.map(|claims| {
            let elsewhere = claims.get("_claim_names");
            claims_led_into(path).any(|name| {
                let is_elsewhere = elsewhere.is_some_and(|names| names.get(name).is_some());
                is_elsewhere || (name == "groups" && claims.bool("hasgroups") == Some(true))
            })
        });
        self.claim(path).is_none() && said.any(|left_out| left_out)
    }
}

/// The claims that `path` may lead into: names have dots in them, too.
fn claims_led_into(path: &ClaimPath) -> impl Iterator<Item = &str> {
    let path = path.as_str();
    let before_dots = path.match_indices('.').map(|(dot, _)| &path[..dot]);
    std::iter::once(path).chain(before_dots)
}

/// Decides who someone is, and has a token issued for them.
#[async_trait]
pub trait SignInResolver: Send + Sync + 'static {
    /// Its name in logs and audit events.
    fn name(&self) -> &str;

    /// The identity of the person that `info` describes.
    ///
    /// # Errors
    /// [`ResolveError::UserNotFound`] and [`ResolveError::NotFound`] let the
    /// next resolver try; any other error ends the sign-in.
    async fn resolve(
        &self,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Result<BackstageIdentity, ResolveError>;
}

#[cfg(test)]
impl SignInInfo {
    /// What a provider says in its claims, and nothing else.
    pub(crate) fn of_claims(claims: Value) -> Self {
        use stagedoor_claims::ProfileClaims;
        use stagedoor_oidc::{AccessToken, Claims, TokenSet};

        let userinfo = Claims::try_from(claims).unwrap();
        Self {
            profile: crate::profile_of(&userinfo, &ProfileClaims::default()),
            result: OidcResult {
                userinfo,
                tokenset: TokenSet {
                    access_token: AccessToken::new(""),
                    token_type: "Bearer".to_owned(),
                    expires_in: None,
                    scope: None,
                    refresh_token: None,
                    id_token: None,
                },
            },
        }
    }
}

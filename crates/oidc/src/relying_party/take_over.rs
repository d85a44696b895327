//! Grants that were given elsewhere.

use super::RelyingParty;
use crate::{
    claims::Claims, error::OidcError, id_token::OriginalSignIn, refresh_failure::RefreshFailure,
    secrets::RefreshToken, token_endpoint::TokenSet, userinfo::ExpectedSubject,
};

/// What came of a refresh token that was given to someone else.
#[derive(Debug)]
pub enum TakenOver {
    /// The provider said whose it is: there is an ID token.
    Identified(TokenSet),
    /// It did not, as it need not (Core §12.2).
    Unidentified(UnidentifiedGrant),
}

/// Tokens of nobody knows whom. Only userinfo tells, and only here may it: the
/// access token has just come from the provider itself, for that very refresh
/// token, so whoever userinfo is about is whom the grant belongs to.
#[derive(Debug)]
pub struct UnidentifiedGrant(TokenSet);

impl UnidentifiedGrant {
    /// The tokens, to be kept whatever userinfo says.
    #[must_use]
    pub fn into_tokens(self) -> TokenSet {
        self.0
    }
}

impl RelyingParty {
    /// Trades a refresh token for new tokens without knowing whose it is: one
    /// that was given to another program of the same client.
    ///
    /// # Errors
    /// As [`Self::refresh`].
    pub async fn take_over(
        &self,
        refresh_token: &RefreshToken,
    ) -> Result<TakenOver, RefreshFailure> {
        let tokens = self.refresh(refresh_token, OriginalSignIn::Unknown).await?;
        Ok(match tokens.id_token {
            Some(_) => TakenOver::Identified(tokens),
            None => TakenOver::Unidentified(UnidentifiedGrant(tokens)),
        })
    }

    /// The claims of whoever `grant` belongs to, `sub` among them; `None` when
    /// the provider has no userinfo endpoint, and nobody can tell.
    ///
    /// # Errors
    /// As [`Self::userinfo`].
    pub async fn identify(&self, grant: &UnidentifiedGrant) -> Result<Option<Claims>, OidcError> {
        self.ask_userinfo(&grant.0.access_token, ExpectedSubject::Whoever)
            .await
    }
}

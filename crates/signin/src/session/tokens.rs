//! The provider's tokens of one session, as they are sealed into the database.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use stagedoor_oidc::{AccessToken, Claims, RefreshToken, TokenSet};
use stagedoor_storage::SessionId;
use zeroize::Zeroizing;

use super::ProviderInfo;
use crate::{
    SignInError,
    authenticator::OidcResult,
    provider::Provider,
    sealing::{Keychain, NotAuthentic, Purpose},
};

/// What a session knows of its provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SessionTokens {
    pub(crate) userinfo: Claims,
    pub(crate) tokenset: TokenSet,
    /// The scopes granted so far.
    pub(crate) scope: String,
    /// When the provider gave them.
    pub(crate) received_at: Timestamp,
}

impl SessionTokens {
    pub(crate) fn new(result: OidcResult, scope: String, received_at: Timestamp) -> Self {
        Self {
            userinfo: result.userinfo,
            tokenset: result.tokenset,
            scope,
            received_at,
        }
    }

    /// New tokens of the session that `self` is about, with what stays where
    /// the provider's answer leaves it out: the refresh token it did not
    /// rotate, the ID token it did not renew, and what is known of the person.
    pub(crate) fn refreshed(
        &self,
        mut tokenset: TokenSet,
        userinfo: Option<Claims>,
        scope: String,
        received_at: Timestamp,
    ) -> Self {
        let before = &self.tokenset;
        tokenset.refresh_token = tokenset
            .refresh_token
            .or_else(|| before.refresh_token.clone());
        tokenset.id_token = tokenset.id_token.or_else(|| before.id_token.clone());
        let userinfo = userinfo.filter(|claims| *claims != Claims::empty());
        Self {
            userinfo: userinfo.unwrap_or_else(|| self.userinfo.clone()),
            tokenset,
            scope,
            received_at,
        }
    }

    /// All that is known of a session taken over from Backstage.
    pub(crate) fn taken_over(
        refresh_token: RefreshToken,
        scope: String,
        received_at: Timestamp,
    ) -> Self {
        let tokenset = TokenSet {
            access_token: AccessToken::new(String::new()),
            token_type: "Bearer".to_owned(),
            expires_in: Some(0),
            scope: None,
            refresh_token: Some(refresh_token),
            id_token: None,
        };
        Self {
            userinfo: Claims::empty(),
            tokenset,
            scope,
            received_at,
        }
    }

    /// When the tokens end: the access token, or else the ID token.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        let id_token_end = || {
            let exp = self.tokenset.id_token.as_ref()?.claims().seconds("exp")?;
            Timestamp::from_second(exp).ok()
        };
        match self.tokenset.expires_in {
            Some(seconds) => {
                let lasting = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
                self.received_at.checked_add(lasting).ok()
            }
            None => id_token_end(),
        }
    }

    /// When the session is over, unless it is refreshed before.
    pub(crate) fn session_end(&self, provider: &Provider, now: Timestamp) -> Timestamp {
        let longest = now
            .checked_add(provider.session_duration)
            .unwrap_or(Timestamp::MAX);
        match &self.tokenset.refresh_token {
            Some(_) => longest,
            None => self.end().map_or(longest, |end| end.min(longest)),
        }
    }

    pub(crate) fn result(&self) -> OidcResult {
        OidcResult {
            userinfo: self.userinfo.clone(),
            tokenset: self.tokenset.clone(),
        }
    }

    pub(crate) fn provider_info(&self, now: Timestamp) -> ProviderInfo {
        let left = |seconds: u64| {
            let since = now.duration_since(self.received_at).as_secs().max(0);
            seconds.saturating_sub(since.unsigned_abs())
        };
        ProviderInfo {
            id_token: self
                .tokenset
                .id_token
                .as_ref()
                .map(|token| token.raw().to_owned()),
            access_token: self.tokenset.access_token.expose().to_owned(),
            scope: self.scope.clone(),
            expires_in_seconds: self.tokenset.expires_in.map(left),
        }
    }

    pub(crate) fn seal(
        &self,
        keychain: &Keychain,
        id: SessionId,
        entropy: &dyn stagedoor_ambient::Entropy,
    ) -> Result<Vec<u8>, SignInError> {
        // Serialising these plain types to memory can't fail; were it to, the
        // session would be unreadable, which is handled.
        let plain = Zeroizing::new(serde_json::to_vec(self).map_err(|_| NotAuthentic)?);
        Ok(keychain.seal(Purpose::SessionTokens, &id.0, &plain, entropy)?)
    }

    pub(crate) fn open(
        keychain: &Keychain,
        id: SessionId,
        sealed: &[u8],
    ) -> Result<Self, NotAuthentic> {
        let plain = keychain.open(Purpose::SessionTokens, &id.0, sealed)?;
        serde_json::from_slice(&plain).map_err(|_| NotAuthentic)
    }
}

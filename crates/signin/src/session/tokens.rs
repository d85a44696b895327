//! The provider's tokens of one session, as they are sealed into the database.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use stagedoor_oidc::{AccessToken, Claims, RefreshToken, TokenSet, Wiped};
use stagedoor_storage::SessionRecord;

use super::{Place, ProviderInfo, Rotation, SessionPolicy};
use crate::{
    SignInError,
    authenticator::{Before, OidcResult, TakenOver},
    provider::Provider,
    sealing::{Keychain, NotAuthentic},
};

/// In bytes: what a buffer outgrows stays in memory as it is.
const USUAL_SIZE: usize = 4_096;

/// What a session knows of its provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SessionTokens {
    pub(crate) userinfo: Claims,
    pub(crate) tokenset: TokenSet,
    /// The scopes granted so far.
    pub(crate) scope: String,
    /// When the provider gave them.
    pub(crate) received_at: Timestamp,
    /// Set in a session taken over from Backstage of which no ID token has told
    /// yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken_over: Option<TakenOver>,
    /// Which secret half of the cookie is good; `None` as long as it is the
    /// first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rotation: Option<Rotation>,
}

impl SessionTokens {
    pub(crate) fn new(result: OidcResult, scope: String, received_at: Timestamp) -> Self {
        Self {
            userinfo: result.userinfo,
            tokenset: result.tokenset,
            scope,
            received_at,
            taken_over: None,
            rotation: None,
        }
    }

    /// The same with another refresh token, and nothing else that came with it.
    pub(crate) fn with_refresh_token(&self, refresh_token: RefreshToken) -> Self {
        let mut tokens = self.clone();
        tokens.tokenset.refresh_token = Some(refresh_token);
        tokens
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
        let taken_over = self
            .taken_over
            .clone()
            .filter(|_| tokenset.id_token.is_none());
        let taken_over = taken_over.map(|session| session.told_by(userinfo.as_ref()));
        Self {
            taken_over,
            userinfo: userinfo.unwrap_or_else(|| self.userinfo.clone()),
            tokenset,
            scope,
            received_at,
            rotation: self.rotation.clone(),
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
            taken_over: Some(TakenOver::default()),
            rotation: None,
        }
    }

    /// The `sub` the provider knows the person by.
    pub(crate) fn subject(&self) -> Option<&str> {
        match &self.tokenset.id_token {
            Some(id_token) => Some(id_token.subject()),
            None => self.taken_over.as_ref()?.subject(),
        }
    }

    /// What a refresh of the session continues.
    pub(crate) fn of_before(&self) -> Before<'_> {
        match (&self.tokenset.id_token, &self.taken_over) {
            (Some(id_token), _) => Before::IdToken(id_token),
            (None, Some(session)) => Before::Backstage(session),
            (None, None) => Before::Nothing,
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

    /// When a session that began at `created_at` and was refreshed at
    /// `refreshed_at` is over, unless it is refreshed before.
    pub(crate) fn session_end(
        &self,
        provider: &Provider,
        policy: &SessionPolicy,
        created_at: Timestamp,
        refreshed_at: Timestamp,
    ) -> Timestamp {
        let longest = self
            .received_at
            .checked_add(provider.session_duration)
            .unwrap_or(Timestamp::MAX);
        let of_tokens = match &self.tokenset.refresh_token {
            Some(_) => longest,
            None => self.end().map_or(longest, |end| end.min(longest)),
        };
        of_tokens.min(policy.end(created_at, refreshed_at))
    }

    /// The provider's answer, for those who decide by it, and the rest.
    pub(crate) fn apart(self) -> (OidcResult, Rest) {
        let result = OidcResult {
            userinfo: self.userinfo,
            tokenset: self.tokenset,
        };
        let rest = Rest {
            scope: self.scope,
            received_at: self.received_at,
            taken_over: self.taken_over,
            rotation: self.rotation,
        };
        (result, rest)
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
        place: &Place<'_>,
        entropy: &dyn stagedoor_ambient::Entropy,
    ) -> Result<Vec<u8>, SignInError> {
        // Serialising these plain types to memory can't fail; were it to, the
        // session would be unreadable, which is handled.
        let mut plain = Wiped::new(Vec::with_capacity(USUAL_SIZE));
        serde_json::to_writer(&mut *plain, self).map_err(|_| NotAuthentic)?;
        Ok(place.seal(keychain, &plain, entropy)?)
    }

    pub(crate) fn open(keychain: &Keychain, record: &SessionRecord) -> Result<Self, NotAuthentic> {
        let plain = Place::of(record).open(keychain, &record.sealed_tokens)?;
        serde_json::from_slice(&plain).map_err(|_| NotAuthentic)
    }
}

/// What a session's tokens are besides the provider's answer.
pub(crate) struct Rest {
    scope: String,
    received_at: Timestamp,
    taken_over: Option<TakenOver>,
    rotation: Option<Rotation>,
}

impl Rest {
    /// The tokens, whole again.
    pub(crate) fn with(self, result: OidcResult) -> SessionTokens {
        SessionTokens {
            userinfo: result.userinfo,
            tokenset: result.tokenset,
            scope: self.scope,
            received_at: self.received_at,
            taken_over: self.taken_over,
            rotation: self.rotation,
        }
    }
}

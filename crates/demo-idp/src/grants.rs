//! Authorization codes, grants and the tokens issued on them.

mod code;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use code::Code;
pub(crate) use code::{CodeChallenge, CodeTerms, PresentedCode};

use crate::{RefreshPolicy, bounded::BoundedMap, opaque::Fingerprint, scope::Scope};

/// What a person granted a client by signing in.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) subject: String,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: Timestamp,
    pub(crate) sid: String,
}

/// Names a grant within this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct GrantId(u64);

/// Why a code or token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GrantError {
    #[error("it is unknown, expired or revoked")]
    Unknown,
    #[error("it was issued to another client")]
    OtherClient,
    #[error("it was used before; everything issued on it is revoked")]
    UsedBefore,
    #[error("the redirect_uri is not the one the code was sent to")]
    RedirectUri,
    #[error("the code_verifier is missing, or does not match the code_challenge")]
    CodeVerifier,
}

#[derive(Debug)]
struct RefreshToken {
    grant: GrantId,
    used: bool,
}

/// All codes, grants and tokens. Tokens name their grant, so that ending a
/// grant ends them all.
#[derive(Debug)]
pub(crate) struct Grants {
    codes: BoundedMap<Fingerprint, Code>,
    grants: BoundedMap<GrantId, Grant>,
    access: BoundedMap<Fingerprint, GrantId>,
    refresh: BoundedMap<Fingerprint, RefreshToken>,
    next: u64,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            codes: BoundedMap::new(Self::MAX_CODES),
            grants: BoundedMap::new(Self::MAX_GRANTS),
            access: BoundedMap::new(Self::MAX_TOKENS),
            refresh: BoundedMap::new(Self::MAX_TOKENS),
            next: 0,
        }
    }
}

impl Grants {
    const MAX_CODES: usize = 1_000;
    const MAX_GRANTS: usize = 5_000;
    const MAX_TOKENS: usize = 20_000;
    /// How long a code can be redeemed.
    const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);
    /// How long a code is remembered, to notice that it comes back.
    const CODE_MEMORY: SignedDuration = SignedDuration::from_mins(10);
    /// How long a grant can be refreshed.
    const GRANT_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

    /// Keeps a fresh code.
    pub(crate) fn add_code(&mut self, code: Fingerprint, terms: CodeTerms, now: Timestamp) {
        let code_entry = Code::fresh(terms, now + Self::CODE_LIFETIME);
        self.codes
            .insert(code, code_entry, now + Self::CODE_MEMORY, now);
    }

    /// Turns a code into a grant (RFC 6749 §4.1.3). The first presentation by
    /// its client uses the code up, whatever comes of it; a second ends what
    /// the first gave.
    pub(crate) fn redeem(
        &mut self,
        presented: &PresentedCode<'_>,
        now: Timestamp,
    ) -> Result<(GrantId, Grant), GrantError> {
        let code = self
            .codes
            .get_mut(&presented.code, now)
            .ok_or(GrantError::Unknown)?;
        if code.client_id != presented.client_id {
            return Err(GrantError::OtherClient);
        }
        let Some(terms) = code.terms.take() else {
            if let Some(id) = code.grant.take() {
                self.grants.remove(&id, now);
            }
            return Err(GrantError::UsedBefore);
        };
        presented.check(&terms, code.deadline, now)?;
        let id = GrantId(self.next);
        self.next += 1;
        code.grant = Some(id);
        self.grants
            .insert(id, terms.grant.clone(), now + Self::GRANT_LIFETIME, now);
        Ok((id, terms.grant))
    }

    /// Finds the grant of a refresh token. Under [`RefreshPolicy::Rotating`]
    /// this uses the token up, and a used one ends the grant.
    pub(crate) fn use_refresh_token(
        &mut self,
        token: Fingerprint,
        client_id: &str,
        policy: RefreshPolicy,
        now: Timestamp,
    ) -> Result<(GrantId, Grant), GrantError> {
        let refresh = self
            .refresh
            .get_mut(&token, now)
            .ok_or(GrantError::Unknown)?;
        let id = refresh.grant;
        let grant = self
            .grants
            .get(&id, now)
            .ok_or(GrantError::Unknown)?
            .clone();
        if grant.client_id != client_id {
            return Err(GrantError::OtherClient);
        }
        if refresh.used {
            self.grants.remove(&id, now);
            return Err(GrantError::UsedBefore);
        }
        refresh.used = policy == RefreshPolicy::Rotating;
        Ok((id, grant))
    }

    /// Keeps new tokens, unless the grant has ended meanwhile.
    pub(crate) fn add_tokens(
        &mut self,
        id: GrantId,
        access: Fingerprint,
        access_expires: Timestamp,
        refresh: Option<Fingerprint>,
        now: Timestamp,
    ) -> Result<(), GrantError> {
        self.grants.get(&id, now).ok_or(GrantError::Unknown)?;
        self.access.insert(access, id, access_expires, now);
        if let Some(refresh) = refresh {
            let token = RefreshToken {
                grant: id,
                used: false,
            };
            self.refresh
                .insert(refresh, token, now + Self::GRANT_LIFETIME, now);
        }
        Ok(())
    }

    /// The grant of an access token.
    pub(crate) fn of_access_token(&self, token: Fingerprint, now: Timestamp) -> Option<&Grant> {
        let id = self.access.get(&token, now)?;
        self.grants.get(id, now)
    }

    /// Ends an access token, or a refresh token and its grant (RFC 7009 §2.1).
    /// An unknown token is as good as revoked.
    pub(crate) fn revoke(
        &mut self,
        token: Fingerprint,
        client_id: &str,
        now: Timestamp,
    ) -> Result<(), GrantError> {
        let refresh = self.refresh.get(&token, now).map(|refresh| refresh.grant);
        let access = self.access.get(&token, now).copied();
        let Some(id) = refresh.or(access) else {
            return Ok(());
        };
        match self.grants.get(&id, now) {
            None => return Ok(()),
            Some(grant) if grant.client_id != client_id => return Err(GrantError::OtherClient),
            Some(_) => {}
        }
        if refresh.is_some() {
            self.grants.remove(&id, now);
        }
        self.access.remove(&token, now);
        Ok(())
    }

    /// Ends everything granted in a session.
    pub(crate) fn revoke_sid(&mut self, sid: &str) {
        self.grants.retain(|grant| grant.sid != sid);
        self.codes.retain(|code| {
            code.terms
                .as_ref()
                .is_none_or(|terms| terms.grant.sid != sid)
        });
    }

    /// Ends everything.
    pub(crate) fn clear(&mut self) {
        self.codes.clear();
        self.grants.clear();
        self.access.clear();
        self.refresh.clear();
    }
}

//! Authorization codes: sealed, so that no database is asked for them.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use stagedoor_ambient::random_bytes;
use zeroize::ZeroizeOnDrop;

use super::{OAuthError, sealed};
use crate::{
    Provider, SignIn, SignInError, SignedIn,
    native_client::{ClientRequest, CodeChallenge, LoopbackRedirect},
    sealing::{Keychain, Purpose},
};

/// How long a code is good. The program waits for it.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_secs(60);
/// How long its use is remembered: until it has expired on every node.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);

/// What a program sends to exchange its code (RFC 6749 §4.1.3).
#[derive(Clone, Copy, Default)]
pub struct CodeExchange<'a> {
    /// `client_id`
    pub client_id: Option<&'a str>,
    /// `code`
    pub code: Option<&'a str>,
    /// `redirect_uri`
    pub redirect_uri: Option<&'a str>,
    /// `code_verifier`
    pub code_verifier: Option<&'a str>,
}

impl std::fmt::Debug for CodeExchange<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeExchange")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// What a code stands for. It names the session it opens, which nobody can read
/// off it.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
pub(super) struct Code {
    id: [u8; 16],
    #[zeroize(skip)]
    issued_at: Timestamp,
    client: String,
    #[zeroize(skip)]
    redirect: LoopbackRedirect,
    #[zeroize(skip)]
    challenge: CodeChallenge,
    pub(super) provider: String,
    pub(super) environment: String,
    session: String,
}

impl Code {
    pub(super) fn open(keychain: &Keychain, text: &str) -> Option<Self> {
        sealed::open(text, keychain, Purpose::AuthorizationCode, b"")
    }

    pub(super) fn session(&self) -> SecretString {
        self.session.as_str().into()
    }

    /// Whether it is exchanged in time, by whom it was asked by (RFC 6749
    /// §4.1.3, RFC 7636 §4.6).
    pub(super) fn check(
        &self,
        exchange: &CodeExchange<'_>,
        now: Timestamp,
    ) -> Result<(), OAuthError> {
        let age = now.duration_since(self.issued_at);
        // A little before its time is a clock between two nodes.
        let in_time = (-LIFETIME..LIFETIME).contains(&age);
        let redirect = exchange.redirect_uri.and_then(LoopbackRedirect::parse);
        let theirs = exchange.client_id == Some(self.client.as_str())
            && redirect.as_ref() == Some(&self.redirect)
            && exchange
                .code_verifier
                .is_some_and(|verifier| self.challenge.is_of(verifier));
        if in_time && theirs {
            Ok(())
        } else {
            Err(OAuthError::bad_code())
        }
    }

    /// The mark of its use, and until when it is kept.
    pub(super) fn mark(&self) -> ([u8; 16], Timestamp) {
        let until = self.issued_at.checked_add(REMEMBERED);
        (self.id, until.unwrap_or(Timestamp::MAX))
    }
}

impl SignIn {
    /// A code for whoever asked with `request`.
    pub(super) fn code(
        &self,
        request: &ClientRequest,
        provider: &Provider,
        signed_in: &SignedIn,
    ) -> Result<String, SignInError> {
        let code = Code {
            id: random_bytes(&*self.entropy)?,
            issued_at: self.clock.now(),
            client: request.client.clone(),
            redirect: request.redirect.clone(),
            challenge: request.challenge,
            provider: provider.id.clone(),
            environment: provider.environment.clone(),
            session: signed_in.cookie.expose(),
        };
        let purpose = Purpose::AuthorizationCode;
        sealed::seal(&code, &self.keychain(), purpose, b"", &*self.entropy)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

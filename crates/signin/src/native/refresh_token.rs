//! A session, as a program holds it.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::ZeroizeOnDrop;

use super::sealed;
use crate::{
    Provider, SignIn, SignInError,
    sealing::{Keychain, Purpose},
    session::SessionCookie,
};

/// Says that a text is one of ours.
const PREFIX: &str = "sdr1.";

/// A session and where it belongs, bound to the program that has it (RFC 6749
/// §10.4). Sealed: it opens no session in a browser, nor a browser's here.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
pub(super) struct Grant {
    pub(super) provider: String,
    pub(super) environment: String,
    session: String,
}

impl Grant {
    pub(super) fn open(keychain: &Keychain, client: &str, text: &str) -> Option<Self> {
        let text = text.strip_prefix(PREFIX)?;
        sealed::open(text, keychain, Purpose::ClientSession, client.as_bytes())
    }

    pub(super) fn session(&self) -> SecretString {
        self.session.as_str().into()
    }
}

impl SignIn {
    /// The refresh token of a session, for `client` alone.
    pub(super) fn refresh_token(
        &self,
        client: &str,
        provider: &Provider,
        cookie: &SessionCookie,
    ) -> Result<SecretString, SignInError> {
        let grant = Grant {
            provider: provider.id.clone(),
            environment: provider.environment.clone(),
            session: cookie.expose(),
        };
        let (keychain, purpose) = (self.keychain(), Purpose::ClientSession);
        let sealed = sealed::seal(
            &grant,
            &keychain,
            purpose,
            client.as_bytes(),
            &*self.entropy,
        )?;
        Ok(format!("{PREFIX}{sealed}").into())
    }
}

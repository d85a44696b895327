//! A request waits for a person to agree, sealed for the browser that shows it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use stagedoor_ambient::random_bytes;

use super::{ClientRequest, sealed};
use crate::{SignIn, SignInError, sealing::Purpose};

/// What a cookie of one browser holds: only that browser can agree to what was
/// shown in it, and no other page can on its behalf.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserBinding([u8; 32]);

impl BrowserBinding {
    /// Reads the cookie's value.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(value, &mut bytes) {
            Ok(32) => Some(Self(bytes)),
            _ => None,
        }
    }

    /// The value to put into the cookie.
    #[must_use]
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl std::fmt::Debug for BrowserBinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserBinding(…)")
    }
}

#[derive(Serialize, Deserialize)]
struct Pending {
    request: ClientRequest,
    shown_at: Timestamp,
}

impl SignIn {
    /// A binding for a browser that has none.
    ///
    /// # Errors
    /// Without randomness.
    pub fn new_browser_binding(&self) -> Result<BrowserBinding, SignInError> {
        Ok(BrowserBinding(random_bytes(&*self.entropy)?))
    }

    /// Seals `request`, so that it can be agreed to in this browser.
    ///
    /// # Errors
    /// When it is too long, or without randomness.
    pub fn seal_client_request(
        &self,
        request: ClientRequest,
        browser: &BrowserBinding,
    ) -> Result<String, SignInError> {
        let shown_at = self.clock.now();
        let pending = Pending { request, shown_at };
        let purpose = Purpose::ClientRequest;
        sealed::seal(
            &pending,
            &self.keychain(),
            purpose,
            &browser.0,
            &*self.entropy,
        )
    }

    /// The request that was agreed to.
    ///
    /// # Errors
    /// When it was not shown in this browser, or too long ago, or its program
    /// may no longer ask.
    pub fn open_client_request(
        &self,
        text: &str,
        browser: &BrowserBinding,
    ) -> Result<ClientRequest, SignInError> {
        let keychain = self.keychain();
        let pending: Pending = sealed::open(text, &keychain, Purpose::ClientRequest, &browser.0)
            .ok_or(SignInError::StateInvalid)?;
        let age = self.clock.now().duration_since(pending.shown_at);
        if age >= Self::flow_lifetime() {
            return Err(SignInError::FlowExpired);
        }
        let client = pending.request.client();
        if self.live().native_clients.title(client).is_none() {
            return Err(SignInError::ClientUnknown);
        }
        Ok(pending.request)
    }
}

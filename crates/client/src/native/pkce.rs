//! Secrets of one sign-in (RFC 7636, RFC 6749 §10.12).

use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use stagedoor_ambient::{Entropy, NoEntropy, random_bytes};

pub(super) struct Secrets {
    verifier: SecretString,
    state: SecretString,
}

impl Secrets {
    pub(super) fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let secret = || -> Result<SecretString, NoEntropy> {
            let bytes: [u8; 32] = random_bytes(entropy)?;
            Ok(URL_SAFE_NO_PAD.encode(bytes).into())
        };
        Ok(Self {
            verifier: secret()?,
            state: secret()?,
        })
    }

    pub(super) fn verifier(&self) -> &str {
        self.verifier.expose_secret()
    }

    pub(super) fn challenge(&self) -> String {
        let digest = digest::digest(&digest::SHA256, self.verifier().as_bytes());
        URL_SAFE_NO_PAD.encode(digest)
    }

    pub(super) fn state(&self) -> &str {
        self.state.expose_secret()
    }

    pub(super) fn is_state(&self, given: &str) -> bool {
        constant_time::verify_slices_are_equal(given.as_bytes(), self.state().as_bytes()).is_ok()
    }
}

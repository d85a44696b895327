//! Fresh nonces and code verifiers, and the challenge made of one (RFC 7636).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use stagedoor_ambient::{Entropy, NoEntropy, random_bytes};
use zeroize::Zeroizing;

use crate::secrets::{CodeVerifier, Nonce};

/// The only challenge method used: `plain` would show the verifier to whoever
/// sees the request (RFC 7636 §7.2).
pub(crate) const METHOD: &str = "S256";

impl Nonce {
    /// A fresh nonce of 256 random bits (Core §15.5.2).
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        random_text(entropy).map(Self::new)
    }
}

impl CodeVerifier {
    /// A fresh verifier of 256 random bits, in 43 characters (RFC 7636 §4.1).
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        random_text(entropy).map(Self::new)
    }

    /// The `S256` challenge (RFC 7636 §4.2).
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.expose().as_bytes()))
    }
}

fn random_text(entropy: &dyn Entropy) -> Result<String, NoEntropy> {
    let bytes = Zeroizing::new(random_bytes::<32>(entropy)?);
    Ok(URL_SAFE_NO_PAD.encode(bytes.as_slice()))
}

#[cfg(test)]
mod tests {
    use stagedoor_ambient::SystemEntropy;

    use super::*;

    #[test]
    fn challenge_follows_the_specifications_example() {
        // RFC 7636, appendix B.
        let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            verifier.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn verifiers_are_long_enough_and_differ() {
        let entropy = SystemEntropy::default();
        let one = CodeVerifier::generate(&entropy).unwrap();
        assert_eq!(one.expose().len(), 43);
        assert_ne!(one, CodeVerifier::generate(&entropy).unwrap());
    }
}

//! Proof that a code is exchanged by whom it was asked by (RFC 7636).

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// A `code_challenge` by the method `S256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut challenge = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut challenge) {
            Ok(32) => Some(Self(challenge)),
            _ => None,
        }
    }

    /// Whether it was made of `verifier` (§4.6), which is one (§4.1).
    pub(crate) fn is_of(&self, verifier: &str) -> bool {
        let is_verifier = (43..=128).contains(&verifier.len())
            && verifier
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
        let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
        let is_equal: bool = digest.as_ref().ct_eq(&self.0).into();
        is_verifier && is_equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_standard_holds() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        assert!(challenge.is_of(VERIFIER));
        assert!(!challenge.is_of(&VERIFIER.replace('d', "e")));
        assert!(!challenge.is_of("") && !challenge.is_of(CHALLENGE));
    }

    #[test]
    fn what_is_no_sha256_is_refused() {
        for bad in [
            "",
            "short",
            &CHALLENGE[..42],
            &format!("{CHALLENGE}A"),
            VERIFIER.trim_end_matches('k'),
        ] {
            assert!(CodeChallenge::parse(bad).is_none(), "{bad}");
        }
    }
}

//! Authorization codes and their PKCE challenge.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Grant, GrantError, GrantId};
use crate::opaque::Fingerprint;

/// What a code stands for.
#[derive(Debug)]
pub(crate) struct CodeTerms {
    pub(crate) grant: Grant,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<CodeChallenge>,
}

/// A code that was handed out.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) client_id: String,
    pub(super) deadline: Timestamp,
    /// Gone once the code has been used.
    pub(super) terms: Option<CodeTerms>,
    /// What came of it.
    pub(super) grant: Option<GrantId>,
}

impl Code {
    pub(super) fn fresh(terms: CodeTerms, deadline: Timestamp) -> Self {
        let client_id = terms.grant.client_id.clone();
        Self {
            client_id,
            deadline,
            terms: Some(terms),
            grant: None,
        }
    }
}

/// A code as a client presents it.
#[derive(Debug)]
pub(crate) struct PresentedCode<'r> {
    pub(crate) code: Fingerprint,
    pub(crate) client_id: &'r str,
    pub(crate) redirect_uri: &'r str,
    pub(crate) verifier: Option<&'r str>,
}

impl PresentedCode<'_> {
    pub(super) fn check(
        &self,
        terms: &CodeTerms,
        deadline: Timestamp,
        now: Timestamp,
    ) -> Result<(), GrantError> {
        if now >= deadline {
            return Err(GrantError::Unknown);
        }
        if self.redirect_uri != terms.redirect_uri {
            return Err(GrantError::RedirectUri);
        }
        match (&terms.challenge, self.verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
            // A verifier without a challenge: somebody stripped the challenge
            // from the request (RFC 9700 §4.8.2).
            _ => Err(GrantError::CodeVerifier),
        }
    }
}

/// An `S256` code challenge (RFC 7636 §4.2).
#[derive(Debug, Clone)]
pub(crate) struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    /// Reads a challenge: 32 bytes in base64url.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    fn is_met_by(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved);
        let digest = Sha256::digest(verifier.as_bytes());
        formed && bool::from(self.0[..].ct_eq(&digest[..]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn meets_the_example_of_the_specification() {
        let challenge =
            CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
    }

    #[test]
    fn a_short_verifier_is_none() {
        let short = "abc";
        let challenge = CodeChallenge(Sha256::digest(short).into());
        assert!(!challenge.is_met_by(short));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = CodeChallenge::parse(&text).is_some();
        }

        #[test]
        fn every_verifier_meets_its_own_challenge_only(verifier in "[A-Za-z0-9._~-]{43,128}") {
            let text = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
            let challenge = CodeChallenge::parse(&text).unwrap();
            prop_assert!(challenge.is_met_by(&verifier));
            let shorter = &verifier[..verifier.len() - 1];
            prop_assert!(!challenge.is_met_by(shorter));
        }
    }
}

//! An ID token that passed every check.

use std::fmt;

use crate::{claims::Claims, wiped::Wiped};

/// An ID token that passed every check: there is no other way to have one.
#[derive(Clone)]
pub struct VerifiedIdToken {
    raw: Wiped<String>,
    subject: String,
    claims: Claims,
}

impl VerifiedIdToken {
    pub(super) fn of_parts(raw: Wiped<String>, claims: Claims) -> Self {
        let subject = claims.str("sub").unwrap_or_default().to_owned();
        Self {
            raw,
            subject,
            claims,
        }
    }

    /// Who signed in, unique and never reassigned at this issuer (Core §2, `sub`).
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The token itself, for handing on. It proves a sign-in: keep it out of logs.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Everything the token says.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The session at the provider (Front/Back-Channel Logout, `sid`).
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.claims.str("sid")
    }
}

impl fmt::Debug for VerifiedIdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedIdToken")
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

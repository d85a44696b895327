//! What sealed tokens are bound to: the row they stand in.
//!
//! Whoever can write the database could otherwise put one session's tokens
//! into another's row, or give a session to another provider, person or
//! cookie.

use stagedoor_ambient::{Entropy, NoEntropy};
use stagedoor_oidc::Wiped;
use stagedoor_storage::{SecretHash, SessionId, SessionRecord};

use crate::sealing::{Keychain, NotAuthentic, Purpose};

/// How tokens are sealed today. Before there was a version they were bound to
/// the session's id alone; the next refresh seals them as today.
const VERSION: u8 = 2;

/// The row of a session, as far as its tokens are bound to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) id: SessionId,
    pub(crate) secret_hash: SecretHash,
    pub(crate) provider: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) subject: &'a str,
}

impl<'a> Place<'a> {
    pub(crate) fn of(record: &'a SessionRecord) -> Self {
        Self {
            id: record.id,
            secret_hash: record.secret_hash,
            provider: &record.provider,
            environment: &record.environment,
            subject: &record.subject,
        }
    }

    pub(crate) fn seal(
        &self,
        keychain: &Keychain,
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, NoEntropy> {
        let mut sealed = vec![VERSION];
        let purpose = Purpose::SessionTokens;
        sealed.append(&mut keychain.seal(purpose, &self.binding(), plain, entropy)?);
        Ok(sealed)
    }

    pub(crate) fn open(
        &self,
        keychain: &Keychain,
        sealed: &[u8],
    ) -> Result<Wiped<Vec<u8>>, NotAuthentic> {
        let today = sealed.strip_prefix(&[VERSION]).ok_or(NotAuthentic);
        today
            .and_then(|sealed| keychain.open(Purpose::SessionTokens, &self.binding(), sealed))
            // Older ones begin with the id of their key, which may be any byte.
            .or_else(|_| keychain.open(Purpose::SessionTokens, &self.id.0, sealed))
    }

    /// Whether `sealed` is as [`Place::seal`] would make it: of this version,
    /// and with the first secret.
    pub(crate) fn is_as_today(keychain: &Keychain, sealed: &[u8]) -> bool {
        sealed
            .strip_prefix(&[VERSION])
            .is_some_and(|sealed| keychain.is_newest(sealed))
    }

    /// Lengths go before the texts, so that no two rows' texts run together to
    /// the same.
    fn binding(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.id.0);
        bytes.extend_from_slice(&self.secret_hash.0);
        for text in [self.provider, self.environment, self.subject] {
            bytes.extend_from_slice(&text.len().to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use stagedoor_ambient::SystemEntropy;

    use super::*;

    fn keychain(secrets: &[&str]) -> Keychain {
        let secrets: Vec<_> = secrets.iter().map(|&secret| secret.into()).collect();
        Keychain::from_secrets(&secrets).unwrap()
    }

    const HERE: Place<'_> = Place {
        id: SessionId([1; 16]),
        secret_hash: SecretHash([2; 32]),
        provider: "oidc",
        environment: "production",
        subject: "ada",
    };

    #[test]
    fn what_was_sealed_for_a_row_opens_in_that_row_only() {
        let keychain = keychain(&["a"]);
        let entropy = SystemEntropy::default();
        let sealed = HERE.seal(&keychain, b"tokens", &entropy).unwrap();
        let opened = HERE.open(&keychain, &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"tokens");
        let elsewhere = [
            Place {
                id: SessionId([9; 16]),
                ..HERE
            },
            Place {
                secret_hash: SecretHash([9; 32]),
                ..HERE
            },
            Place {
                provider: "okta",
                ..HERE
            },
            Place {
                environment: "development",
                ..HERE
            },
            Place {
                subject: "grace",
                ..HERE
            },
            Place {
                provider: "oidcproduction",
                environment: "",
                ..HERE
            },
        ];
        for place in elsewhere {
            assert!(place.open(&keychain, &sealed).is_err(), "{place:?}");
        }
    }

    /// Also one whose key's id happens to begin as today's version.
    #[test]
    fn rows_of_before_there_was_a_version_open() {
        let entropy = SystemEntropy::default();
        let mut seen = [false, false];
        for number in 0..2_000 {
            let keychain = keychain(&[&format!("secret {number}")]);
            let purpose = Purpose::SessionTokens;
            let sealed = keychain.seal(purpose, &HERE.id.0, b"tokens", &entropy);
            let sealed = sealed.unwrap();
            let opened = HERE.open(&keychain, &sealed).unwrap();
            assert_eq!(opened.as_slice(), b"tokens");
            seen[usize::from(sealed[0] == VERSION)] = true;
            if seen == [true, true] {
                return;
            }
        }
        panic!("no key's id began so");
    }

    #[test]
    fn what_is_sealed_as_today_is_known() {
        let entropy = SystemEntropy::default();
        let old = keychain(&["old"]);
        let both = keychain(&["new", "old"]);
        let is_as_today = |sealed: &[u8]| Place::is_as_today(&both, sealed);
        assert!(is_as_today(&HERE.seal(&both, b"", &entropy).unwrap()));
        assert!(!is_as_today(&HERE.seal(&old, b"", &entropy).unwrap()));
        let purpose = Purpose::SessionTokens;
        let unversioned = both.seal(purpose, &HERE.id.0, b"", &entropy).unwrap();
        assert!(!is_as_today(&unversioned));
    }
}

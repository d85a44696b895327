//! Values nobody can guess, and what is kept of them.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use stagedoor_ambient::{Entropy, NoEntropy, random_bytes};
use subtle::ConstantTimeEq as _;

/// A random value handed out: a code, a token, a cookie. 256 bits.
#[derive(Clone)]
pub(crate) struct Opaque(String);

impl Opaque {
    /// A fresh value.
    pub(crate) fn fresh(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random_bytes::<32>(entropy)?)))
    }

    /// The value, to hand it out.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opaque(…)")
    }
}

/// The SHA-256 of an [`Opaque`] value. Maps are keyed by it, so that looking
/// one up takes no time that depends on how much of a guess was right.
#[derive(Clone, Copy, Eq)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a value that came back.
    pub(crate) fn of(value: &str) -> Self {
        Self(Sha256::digest(value.as_bytes()).into())
    }

    /// A short name for it, good for telling apart and nothing else.
    pub(crate) fn short(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0[..9])
    }
}

impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(…)")
    }
}

//! The session cookie: an opaque name with a secret half.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use stagedoor_ambient::{Entropy, NoEntropy, random_bytes};
use stagedoor_oidc::RefreshToken;
use stagedoor_storage::{SecretHash, SessionId};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const PREFIX: &str = "sd1.";
const ID_LEN: usize = 16;
/// How long the secret half is.
pub(super) const SECRET_LEN: usize = 32;
const LEN: usize = ID_LEN + SECRET_LEN;

/// Longer cookies are nobody's: Backstage's hold a refresh token, in chunks.
const MAX_TAKEN_OVER: usize = 16 * 1024;

/// The value of a session cookie: `sd1.` and 48 bytes in base64url, of which
/// the first 16 find the session and the rest prove whose it is.
#[derive(Clone)]
pub struct SessionCookie {
    id: SessionId,
    secret: Zeroizing<[u8; SECRET_LEN]>,
}

impl std::fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionCookie(…)")
    }
}

impl SessionCookie {
    /// A fresh one.
    ///
    /// # Errors
    /// Without randomness.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        random_bytes(entropy).map(Self::from_bytes)
    }

    pub(crate) fn from_bytes(bytes: [u8; LEN]) -> Self {
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&bytes[..ID_LEN]);
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        secret.copy_from_slice(&bytes[ID_LEN..]);
        Self {
            id: SessionId(id),
            secret,
        }
    }

    /// The cookie of session `id` with another secret half.
    pub(super) fn with_secret(id: SessionId, secret: Zeroizing<[u8; SECRET_LEN]>) -> Self {
        Self { id, secret }
    }

    pub(super) fn secret(&self) -> &[u8; SECRET_LEN] {
        &self.secret
    }

    /// Whether a cookie's value is one of these, rather than a refresh token of
    /// Backstage's.
    #[must_use]
    pub fn is_ours(value: &str) -> bool {
        value.starts_with(PREFIX)
    }

    fn parse(value: &str) -> Option<Self> {
        let encoded = value.strip_prefix(PREFIX)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
        bytes.try_into().ok().map(Self::from_bytes)
    }

    /// Which session it names.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// What the database keeps of the secret half.
    #[must_use]
    pub fn secret_hash(&self) -> SecretHash {
        let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(self.secret.as_slice()));
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(digest.as_ref());
        SecretHash(hash)
    }

    /// Whether the secret half is the one `stored` was made of.
    pub(super) fn opens(&self, stored: &SecretHash) -> bool {
        self.secret_hash().0.ct_eq(&stored.0).into()
    }

    /// The value to put into the cookie.
    #[must_use]
    pub fn expose(&self) -> String {
        let mut bytes = Zeroizing::new([0; LEN]);
        bytes[..ID_LEN].copy_from_slice(&self.id.0);
        bytes[ID_LEN..].copy_from_slice(self.secret.as_slice());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes.as_slice()))
    }
}

/// What a browser presented as its session cookie.
#[derive(Debug)]
pub(crate) enum Presented {
    /// One of ours.
    Ours(SessionCookie),
    /// A refresh token, as Backstage keeps it in the same cookie.
    FromBackstage(RefreshToken),
}

impl Presented {
    pub(crate) fn parse(value: &str) -> Option<Self> {
        if value.starts_with(PREFIX) {
            return SessionCookie::parse(value).map(Self::Ours);
        }
        let plausible = !value.is_empty() && value.len() <= MAX_TAKEN_OVER;
        plausible.then(|| Self::FromBackstage(RefreshToken::new(value.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stagedoor_ambient::SystemEntropy;

    use super::*;

    #[test]
    fn a_cookie_reads_as_it_was_written_and_opens_its_own_hash_only() {
        let entropy = SystemEntropy::default();
        let cookie = SessionCookie::generate(&entropy).unwrap();
        let other = SessionCookie::generate(&entropy).unwrap();
        let Some(Presented::Ours(read)) = Presented::parse(&cookie.expose()) else {
            panic!("not recognised");
        };
        assert_eq!(read.id(), cookie.id());
        assert!(read.opens(&cookie.secret_hash()));
        assert!(!other.opens(&cookie.secret_hash()));
        assert!(!format!("{cookie:?}").contains(&cookie.expose()[10..]));
    }

    #[test]
    fn what_looks_like_ours_but_is_not_is_nobodys() {
        assert!(Presented::parse("sd1.short").is_none());
        assert!(Presented::parse("").is_none());
        assert!(matches!(
            Presented::parse("1//refresh"),
            Some(Presented::FromBackstage(_))
        ));
    }

    proptest! {
        #[test]
        fn any_value_is_read_without_panic(value in ".{0,100}") {
            let _ = Presented::parse(&value);
            let _ = Presented::parse(&format!("sd1.{value}"));
        }
    }
}

//! Authenticated encryption of what leaves the process: the flow's state, the
//! flow cookie, the tokens of a session.
//!
//! Every purpose has a key of its own, derived by HKDF-SHA256 from
//! `auth.session.secret`. With several secrets the first seals and all open,
//! so that a secret can be changed without signing anyone out.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest, hkdf, hmac,
};
use secrecy::{ExposeSecret, SecretString};
use stagedoor_ambient::{Entropy, NoEntropy, random_bytes};
use stagedoor_oidc::Wiped;
use zeroize::{Zeroize, Zeroizing};

#[cfg(test)]
mod tests;

/// What sealed bytes are for. Bytes sealed for one purpose don't open for
/// another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The `state` parameter that travels through the provider.
    FlowState,
    /// The cookie that binds a flow to one browser.
    FlowCookie,
    /// The provider's tokens, at rest in the database.
    SessionTokens,
    /// What a program asks for, while a person decides.
    ClientRequest,
    /// The code a program gets (RFC 6749 §1.3.1).
    AuthorizationCode,
    /// The session a program has, its refresh token.
    ClientSession,
}

impl Purpose {
    const ALL: [Self; 6] = [
        Self::FlowState,
        Self::FlowCookie,
        Self::SessionTokens,
        Self::ClientRequest,
        Self::AuthorizationCode,
        Self::ClientSession,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::FlowState => "stagedoor/1/flow-state",
            Self::FlowCookie => "stagedoor/1/flow-cookie",
            Self::SessionTokens => "stagedoor/1/session-tokens",
            Self::ClientRequest => "stagedoor/1/client-request",
            Self::AuthorizationCode => "stagedoor/1/authorization-code",
            Self::ClientSession => "stagedoor/1/client-session",
        }
    }
}

const KEY_ID_LEN: usize = 4;
const KEY_ID_LABEL: &str = "stagedoor/1/key-id";
const NAMING_LABEL: &str = "stagedoor/1/taken-over-session";

/// The keys derived from one secret.
struct Ring {
    id: [u8; KEY_ID_LEN],
    keys: [LessSafeKey; Purpose::ALL.len()],
    naming: hmac::Key,
}

/// Seals and opens.
pub struct Keychain {
    newest: Ring,
    older: Vec<Ring>,
}

impl std::fmt::Debug for Keychain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keychain(…)")
    }
}

/// Why a keychain can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeychainError {
    /// There is no secret at all.
    #[error("auth.session.secret is missing")]
    NoSecret,
    /// The cryptographic library refused the derivation.
    #[error("no key could be derived from auth.session.secret")]
    Derivation,
}

/// The bytes were not sealed here, or not for this purpose and place, or were
/// changed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sealed by this service")]
pub struct NotAuthentic;

impl Keychain {
    /// Derives keys from `auth.session.secret`: the first seals, all open.
    ///
    /// # Errors
    /// [`KeychainError::NoSecret`] without any secret.
    pub fn from_secrets(secrets: &[SecretString]) -> Result<Self, KeychainError> {
        let mut rings = secrets.iter().map(Ring::derive);
        let newest = rings.next().ok_or(KeychainError::NoSecret)??;
        let older = rings.collect::<Result<_, _>>()?;
        Ok(Self { newest, older })
    }

    /// Seals `plaintext` for `purpose`, bound to the place `bound_to`.
    ///
    /// # Errors
    /// Without randomness.
    pub(crate) fn seal(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        plaintext: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, NoEntropy> {
        let nonce: [u8; NONCE_LEN] = random_bytes(entropy)?;
        let mut sealed =
            Vec::with_capacity(KEY_ID_LEN + NONCE_LEN + plaintext.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&self.newest.id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let tag = self.newest.key(purpose).seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound_to),
            &mut sealed[KEY_ID_LEN + NONCE_LEN..],
        );
        let Ok(tag) = tag else {
            sealed.zeroize();
            return Err(NoEntropy);
        };
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens what [`Keychain::seal`] made for the same purpose and place.
    ///
    /// # Errors
    /// [`NotAuthentic`] for anything else.
    pub(crate) fn open(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        sealed: &[u8],
    ) -> Result<Wiped<Vec<u8>>, NotAuthentic> {
        let (id, rest) = sealed.split_at_checked(KEY_ID_LEN).ok_or(NotAuthentic)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(NotAuthentic)?;
        let ring = std::iter::once(&self.newest)
            .chain(&self.older)
            .find(|ring| ring.id == id)
            .ok_or(NotAuthentic)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotAuthentic)?;
        let mut body = Wiped::new(body.to_vec());
        let opened = ring
            .key(purpose)
            .open_in_place(nonce, Aad::from(bound_to), &mut body)
            .map_err(|_| NotAuthentic)?
            .len();
        body.truncate(opened);
        Ok(body)
    }

    /// Whether `sealed` was sealed with the first secret.
    pub(crate) fn is_newest(&self, sealed: &[u8]) -> bool {
        sealed.starts_with(&self.newest.id)
    }

    /// 48 bytes that name a session taken over from Backstage: the same for
    /// the same cookie, on every node, and known to nobody else. One for each
    /// secret, the newest first.
    pub(crate) fn names_for(&self, context: &str, token: &str) -> impl Iterator<Item = [u8; 48]> {
        std::iter::once(&self.newest)
            .chain(&self.older)
            .map(move |ring| ring.name_for(context, token))
    }
}

impl Ring {
    fn name_for(&self, context: &str, token: &str) -> [u8; 48] {
        let mut name = [0; 48];
        for (part, out) in [b"1", b"2"].into_iter().zip(name.chunks_mut(32)) {
            let mut mac = hmac::Context::with_key(&self.naming);
            for piece in [part.as_slice(), context.as_bytes(), &[0], token.as_bytes()] {
                mac.update(piece);
            }
            out.copy_from_slice(&mac.sign().as_ref()[..out.len()]);
        }
        name
    }

    fn derive(secret: &SecretString) -> Result<Self, KeychainError> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"stagedoor")
            .extract(secret.expose_secret().as_bytes());
        let expand = |label: &str| -> Result<Zeroizing<[u8; 32]>, KeychainError> {
            let mut key = Zeroizing::new([0; 32]);
            prk.expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
                .and_then(|okm| okm.fill(key.as_mut()))
                .map_err(|_| KeychainError::Derivation)?;
            Ok(key)
        };
        let sealing_key = |purpose: Purpose| -> Result<LessSafeKey, KeychainError> {
            let key = expand(purpose.label())?;
            UnboundKey::new(&AES_256_GCM, key.as_ref())
                .map(LessSafeKey::new)
                .map_err(|_| KeychainError::Derivation)
        };
        let [state, cookie, tokens, request, code, session] = Purpose::ALL;
        let mut id = [0; KEY_ID_LEN];
        let id_key = expand(KEY_ID_LABEL)?;
        id.copy_from_slice(
            &digest::digest(&digest::SHA256, id_key.as_ref()).as_ref()[..KEY_ID_LEN],
        );
        Ok(Self {
            id,
            keys: [
                sealing_key(state)?,
                sealing_key(cookie)?,
                sealing_key(tokens)?,
                sealing_key(request)?,
                sealing_key(code)?,
                sealing_key(session)?,
            ],
            naming: hmac::Key::new(hmac::HMAC_SHA256, expand(NAMING_LABEL)?.as_ref()),
        })
    }

    const fn key(&self, purpose: Purpose) -> &LessSafeKey {
        &self.keys[purpose as usize]
    }
}

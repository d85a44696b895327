//! Sealed values in text, for addresses and forms.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use stagedoor_ambient::Entropy;
use zeroize::Zeroizing;

use crate::{
    SignInError,
    sealing::{Keychain, NotAuthentic, Purpose},
};

/// Longer text is not ours.
const MAX_CHARS: usize = 4_000;

pub(super) fn seal<T: Serialize>(
    value: &T,
    keychain: &Keychain,
    purpose: Purpose,
    bound_to: &[u8],
    entropy: &dyn Entropy,
) -> Result<String, SignInError> {
    let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| NotAuthentic)?);
    let sealed = URL_SAFE_NO_PAD.encode(keychain.seal(purpose, bound_to, &plain, entropy)?);
    if sealed.len() > MAX_CHARS {
        return Err(SignInError::RequestTooLong);
    }
    Ok(sealed)
}

pub(super) fn open<T: DeserializeOwned>(
    sealed: &str,
    keychain: &Keychain,
    purpose: Purpose,
    bound_to: &[u8],
) -> Option<T> {
    if sealed.len() > MAX_CHARS {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = keychain.open(purpose, bound_to, &bytes).ok()?;
    serde_json::from_slice(&plain).ok()
}

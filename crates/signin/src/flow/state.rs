//! What travels with a flow: the sealed `state`, and the sealed cookie that
//! binds it to one browser (contract §4).

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use stagedoor_ambient::{Entropy, NoEntropy, random_bytes};
use stagedoor_oidc::FlowSecrets;
use url::Url;

use crate::{
    SignInError,
    native_client::ClientRequest,
    origin::Origin,
    sealing::{Keychain, Purpose},
};

/// A flow has to come back within this time.
pub(crate) const FLOW_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// A state or flow cookie is no longer than this: more fits in no cookie.
const MAX_SEALED_CHARS: usize = 4_000;

/// Names one flow. Starts with the time, so that the oldest of a browser's
/// flows can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FlowId(pub(crate) [u8; 16]);

impl FlowId {
    pub(crate) fn generate(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut id: [u8; 16] = random_bytes(entropy)?;
        id[..6].copy_from_slice(&now.as_millisecond().to_be_bytes()[2..]);
        Ok(Self(id))
    }
}

impl fmt::Display for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// The text names no flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a flow id")]
pub struct NotAFlowId;

impl FromStr for FlowId {
    type Err = NotAFlowId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut id = [0; 16];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut id) {
            Ok(16) => Ok(Self(id)),
            _ => Err(NotAFlowId),
        }
    }
}

/// How the answer gets back to the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FlowKind {
    /// By a message to the window that opened the popup.
    Popup,
    /// By a redirect to this address.
    Redirect(Url),
    /// By a redirect to the program that asked.
    Client(ClientRequest),
}

/// What the `state` parameter carries: all that is needed to answer, even when
/// the cookie is missing; nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FlowState {
    pub(crate) flow: FlowId,
    pub(crate) provider: String,
    pub(crate) environment: String,
    pub(crate) origin: Option<Origin>,
    pub(crate) kind: FlowKind,
    pub(crate) started_at: Timestamp,
}

impl FlowState {
    pub(crate) fn seal(
        &self,
        keychain: &Keychain,
        entropy: &dyn Entropy,
    ) -> Result<String, SignInError> {
        seal(self, keychain, Purpose::FlowState, b"", entropy)
    }

    /// Opens the `state` that came back to `provider`.
    pub(crate) fn open(
        keychain: &Keychain,
        provider: &str,
        sealed: &str,
    ) -> Result<Self, SignInError> {
        open::<Self>(keychain, Purpose::FlowState, b"", sealed)
            .filter(|state| state.provider == provider)
            .ok_or(SignInError::StateInvalid)
    }

    pub(crate) fn check_age(&self, now: Timestamp) -> Result<(), SignInError> {
        let age = now.duration_since(self.started_at);
        // A little before its time is a clock between two nodes.
        if (-SignedDuration::from_mins(1)..FLOW_LIFETIME).contains(&age) {
            Ok(())
        } else {
            Err(SignInError::FlowExpired)
        }
    }
}

/// What the flow cookie carries: the secrets that must not pass through URLs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FlowCookie {
    pub(crate) secrets: FlowSecrets,
    pub(crate) scope: String,
}

impl FlowCookie {
    pub(crate) fn seal(
        &self,
        state: &FlowState,
        keychain: &Keychain,
        entropy: &dyn Entropy,
    ) -> Result<String, SignInError> {
        seal(
            self,
            keychain,
            Purpose::FlowCookie,
            &bound_to(state),
            entropy,
        )
    }

    /// Opens the cookie that belongs to `state`, and to no other flow.
    pub(crate) fn open(
        keychain: &Keychain,
        state: &FlowState,
        sealed: &str,
    ) -> Result<Self, SignInError> {
        open(keychain, Purpose::FlowCookie, &bound_to(state), sealed)
            .ok_or(SignInError::FlowCookieInvalid)
    }
}

fn bound_to(state: &FlowState) -> Vec<u8> {
    let mut place = state.flow.0.to_vec();
    place.extend_from_slice(state.provider.as_bytes());
    place.push(0);
    place.extend_from_slice(state.environment.as_bytes());
    place
}

fn seal<T: Serialize>(
    value: &T,
    keychain: &Keychain,
    purpose: Purpose,
    bound_to: &[u8],
    entropy: &dyn Entropy,
) -> Result<String, SignInError> {
    let plain =
        zeroize::Zeroizing::new(serde_json::to_vec(value).map_err(|_| SignInError::StateInvalid)?);
    let sealed = URL_SAFE_NO_PAD.encode(keychain.seal(purpose, bound_to, &plain, entropy)?);
    if sealed.len() > MAX_SEALED_CHARS {
        return Err(SignInError::RequestTooLong);
    }
    Ok(sealed)
}

fn open<T: DeserializeOwned>(
    keychain: &Keychain,
    purpose: Purpose,
    bound_to: &[u8],
    sealed: &str,
) -> Option<T> {
    if sealed.len() > MAX_SEALED_CHARS {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = keychain.open(purpose, bound_to, &bytes).ok()?;
    serde_json::from_slice(&plain).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::SecretString;
    use stagedoor_ambient::SystemEntropy;

    use super::*;

    fn keychain() -> Keychain {
        Keychain::from_secrets(&[SecretString::from("a secret for tests")]).unwrap()
    }

    fn state(provider: &str) -> FlowState {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        FlowState {
            flow: FlowId::generate(now, &SystemEntropy::default()).unwrap(),
            provider: provider.to_owned(),
            environment: "development".to_owned(),
            origin: None,
            kind: FlowKind::Redirect(Url::parse("http://localhost:3000/").unwrap()),
            started_at: now,
        }
    }

    #[test]
    fn a_state_opens_for_its_own_provider_only() {
        let (keychain, state) = (keychain(), state("keycloak"));
        let sealed = state.seal(&keychain, &SystemEntropy::default()).unwrap();
        assert_eq!(
            FlowState::open(&keychain, "keycloak", &sealed).unwrap(),
            state
        );
        assert!(matches!(
            FlowState::open(&keychain, "okta", &sealed),
            Err(SignInError::StateInvalid)
        ));
    }

    #[test]
    fn a_state_lives_ten_minutes() {
        let state = state("keycloak");
        let after =
            |seconds| state.check_age(state.started_at + SignedDuration::from_secs(seconds));
        assert!(after(0).is_ok() && after(599).is_ok() && after(-30).is_ok());
        assert!(after(600).is_err() && after(-61).is_err());
    }

    #[test]
    fn flow_ids_sort_by_time_and_read_as_written() {
        let entropy = SystemEntropy::default();
        let at =
            |second| FlowId::generate(Timestamp::from_second(second).unwrap(), &entropy).unwrap();
        let (older, newer) = (at(1_700_000_000), at(1_700_000_001));
        assert!(older < newer);
        assert_eq!(older.to_string().parse(), Ok(older));
        assert!("".parse::<FlowId>().is_err() && "AAAA".parse::<FlowId>().is_err());
    }

    proptest! {
        #[test]
        fn no_text_but_our_own_opens(text in "[A-Za-z0-9_-]{0,300}") {
            prop_assert!(FlowState::open(&keychain(), "keycloak", &text).is_err());
            prop_assert!(FlowCookie::open(&keychain(), &state("keycloak"), &text).is_err());
        }

        #[test]
        fn flow_ids_are_parsed_without_panic(text in ".{0,60}") {
            let _ = text.parse::<FlowId>();
        }
    }
}

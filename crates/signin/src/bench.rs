//! For `benches/`: what travels with a flow, sealed and opened.

use jiff::Timestamp;
use secrecy::SecretString;
use stagedoor_ambient::{NoEntropy, SystemEntropy};
use stagedoor_oidc::{CodeVerifier, FlowSecrets, Nonce, RequiredAuthentication};
use url::Url;

use crate::{
    Keychain, SignInError,
    flow::{FlowCookie, FlowId, FlowKind, FlowState},
};

/// A flow that has begun.
pub struct Flow {
    keychain: Keychain,
    entropy: SystemEntropy,
    state: FlowState,
    cookie: FlowCookie,
}

/// As it travels.
pub struct Sealed {
    state: String,
    cookie: String,
}

impl Flow {
    /// One at the provider `keycloak`, which comes back to `back`.
    ///
    /// # Errors
    /// Without randomness or keys.
    pub fn new(back: Url) -> Result<Self, SignInError> {
        let entropy = SystemEntropy::default();
        let keychain = Keychain::from_secrets(&[SecretString::from("a secret of benchmarks")])
            .map_err(|_| NoEntropy)?;
        let started_at = Timestamp::now();
        let secrets = FlowSecrets {
            nonce: Nonce::generate(&entropy)?,
            code_verifier: CodeVerifier::generate(&entropy)?,
            issuer: "https://sso.example.com/realms/main".to_owned(),
            authentication: RequiredAuthentication::default(),
        };
        Ok(Self {
            state: FlowState {
                flow: FlowId::generate(started_at, &entropy)?,
                provider: "keycloak".to_owned(),
                environment: "production".to_owned(),
                origin: None,
                kind: FlowKind::Redirect(back),
                started_at,
            },
            cookie: FlowCookie {
                secrets,
                scope: "openid profile email".to_owned(),
            },
            keychain,
            entropy,
        })
    }

    /// The state and the cookie, as `/start` seals them.
    ///
    /// # Errors
    /// Without randomness.
    pub fn seal(&self) -> Result<Sealed, SignInError> {
        Ok(Sealed {
            state: self.state.seal(&self.keychain, &self.entropy)?,
            cookie: self
                .cookie
                .seal(&self.state, &self.keychain, &self.entropy)?,
        })
    }

    /// Both opened, as the callback does.
    ///
    /// # Errors
    /// When they were not sealed here.
    pub fn open(&self, sealed: &Sealed) -> Result<(), SignInError> {
        let state = FlowState::open(&self.keychain, "keycloak", &sealed.state)?;
        FlowCookie::open(&self.keychain, &state, &sealed.cookie).map(drop)
    }
}

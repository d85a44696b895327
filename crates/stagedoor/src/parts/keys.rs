//! `auth.session.secret`, `auth.keyStore` and what else makes keys and tokens.

use std::{path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use stagedoor_ambient::{Entropy, random_bytes};
use stagedoor_config::{KeyStore, Settings, StaticKey};
use stagedoor_identity::{
    PLUGIN_TOKEN_LIFETIME, SigningAlgorithm, SigningKey, TokenLifetime, UserTokenIssuer,
};
use stagedoor_server::auth_url;
use stagedoor_signin::{
    Keychain,
    tokens::{KeyRing, KeyRingSettings, KeySource, MemoryKeyStore},
};
use stagedoor_storage::{PluginKeys, SigningKeyStore, Storage};

use super::{Registry, weakness};
use crate::StartError;

/// The keys that seal. Without a secret, a random one is good enough to
/// develop with: sessions end with the process.
pub(crate) fn keychain(
    settings: &Settings,
    node_env: Option<&str>,
    entropy: &dyn Entropy,
) -> Result<Keychain, StartError> {
    const KEY: &str = "auth.session.secret";
    let mut secrets = settings.auth.session_secrets.clone();
    if secrets.is_empty() {
        if in_production(settings, node_env) {
            return Err(StartError::setting(
                KEY,
                "it is missing. Set it to a long random text, for example the output of `openssl rand -base64 32`, \
                 the same on every node",
            ));
        }
        tracing::warn!(
            "{KEY} is not set: a random one is used, so that sessions end when this process does"
        );
        secrets.push(STANDARD.encode(random_bytes::<32>(entropy)?).into());
    }
    let weaknesses = secrets.iter().filter_map(weakness);
    for weakness in weaknesses.filter(|_| in_production(settings, node_env)) {
        tracing::warn!(
            "{KEY} {weakness}: whoever starts a sign-in can guess it from what they are sent. Put the output of \
             `openssl rand -base64 32` before it in a list, so that nobody is signed out"
        );
    }
    Keychain::from_secrets(&secrets).map_err(|error| StartError::setting(KEY, error.to_string()))
}

/// Whether this is no place for what is only good enough to develop with.
pub(crate) fn in_production(settings: &Settings, node_env: Option<&str>) -> bool {
    node_env == Some("production") || settings.auth.environment.as_deref() == Some("production")
}

/// What user tokens say of themselves.
pub(crate) fn token_issuer(settings: &Settings) -> UserTokenIssuer {
    UserTokenIssuer {
        issuer: auth_url(&settings.backend.base_url),
        lifetime: lifetime(settings),
        omit_ownership_claim: settings.auth.omit_ownership_claim,
    }
}

fn lifetime(settings: &Settings) -> jiff::SignedDuration {
    settings
        .auth
        .token_expiration
        .map_or_else(TokenLifetime::default, TokenLifetime::clamped)
        .as_duration()
}

/// The keys of user tokens.
pub(crate) fn user_keys(
    settings: &Settings,
    storage: &Arc<dyn Storage>,
    registry: &Registry<'_>,
) -> Result<Arc<KeyRing>, StartError> {
    let source = match &settings.auth.key_store {
        KeyStore::Database => KeySource::Rotating(storage.clone()),
        KeyStore::Memory => KeySource::Rotating(Arc::new(MemoryKeyStore::default())),
        KeyStore::Static(keys) => KeySource::Static(static_keys(keys)?),
    };
    let ring = ring(user_key_settings(settings)?, source, registry)?;
    Ok(Arc::new(ring))
}

/// How the keys of user tokens are made.
pub(crate) fn user_key_settings(settings: &Settings) -> Result<KeyRingSettings, StartError> {
    Ok(KeyRingSettings {
        algorithm: user_token_algorithm(settings)?,
        lifetime: lifetime(settings),
    })
}

/// What user tokens are signed with.
pub(crate) fn user_token_algorithm(settings: &Settings) -> Result<SigningAlgorithm, StartError> {
    match &settings.auth.identity_token_algorithm {
        Some(name) => algorithm_of("auth.identityTokenAlgorithm", name),
        None => Ok(SigningAlgorithm::default()),
    }
}

/// The keys in the operator's files.
pub(crate) fn static_keys(keys: &[StaticKey]) -> Result<Vec<SigningKey>, StartError> {
    keys.iter().map(static_key).collect()
}

/// The keys of plugin tokens, which all nodes publish: the catalog may ask any
/// of them.
pub(crate) fn shared_plugin_keys(
    storage: &Arc<dyn Storage>,
    registry: &Registry<'_>,
) -> Result<Arc<KeyRing>, StartError> {
    plugin_keys_in(Arc::new(PluginKeys::of(storage.clone())), registry)
}

/// Keys of plugin tokens that this process alone knows.
pub(crate) fn plugin_keys(registry: &Registry<'_>) -> Result<Arc<KeyRing>, StartError> {
    plugin_keys_in(Arc::new(MemoryKeyStore::default()), registry)
}

fn plugin_keys_in(
    store: Arc<dyn SigningKeyStore>,
    registry: &Registry<'_>,
) -> Result<Arc<KeyRing>, StartError> {
    let ring = ring(plugin_key_settings(), KeySource::Rotating(store), registry)?;
    Ok(Arc::new(ring.signing("plugin_tokens")))
}

/// How the keys of plugin tokens are made.
pub(crate) fn plugin_key_settings() -> KeyRingSettings {
    KeyRingSettings {
        algorithm: SigningAlgorithm::default(),
        lifetime: PLUGIN_TOKEN_LIFETIME,
    }
}

fn ring(
    settings: KeyRingSettings,
    source: KeySource,
    registry: &Registry<'_>,
) -> Result<KeyRing, StartError> {
    Ok(KeyRing::new(
        settings,
        source,
        registry.clock.clone(),
        registry.entropy.clone(),
    )?)
}

fn static_key(key: &StaticKey) -> Result<SigningKey, StartError> {
    let location = || format!("auth.keyStore.static.keys, keyId {}", key.key_id);
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| {
            StartError::setting(location(), format!("{}: {error}", path.display()))
        })
    };
    let algorithm = algorithm_of(&location(), &key.algorithm)?;
    let private = secrecy::SecretString::from(read(&key.private_key_file)?);
    let public = read(&key.public_key_file)?;
    SigningKey::from_pem(
        secrecy::ExposeSecret::expose_secret(&private),
        &public,
        &key.key_id,
        algorithm,
    )
    .map_err(|error| StartError::setting(location(), error.to_string()))
}

fn algorithm_of(key: &str, name: &str) -> Result<SigningAlgorithm, StartError> {
    name.parse()
        .map_err(|_| StartError::setting(key, format!("{name} is not supported")))
}

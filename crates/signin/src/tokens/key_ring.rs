//! Signing keys: made fresh, rotated, published (contract §9).
//!
//! Private keys never leave the process; the public ones go to a store that
//! all nodes share, and are published until the last token they signed has
//! long expired.

use std::{sync::Arc, time::Duration};

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::{SignedDuration, Timestamp};
use stagedoor_ambient::{SharedClock, SharedEntropy};
use stagedoor_identity::{KeySet, PublicJwk, SigningAlgorithm, SigningKey};
use stagedoor_storage::{PUBLISHED_LIFETIMES, SigningKeyStore, StoredKey};
use tokio::sync::Mutex;

use super::{PublishedKeys, TokenError};
use crate::audit_operation;

/// How old the published keys may be before the store is read again: other
/// nodes make keys too.
const PUBLISHED_MAX_AGE: SignedDuration = SignedDuration::from_secs(1);
/// The next key is made and published this long before it first signs, so
/// that nobody meets a token whose key they can't have seen.
const ANNOUNCED_AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// Where keys come from.
pub enum KeySource {
    /// Made here, a fresh one per lifetime; only public keys are stored.
    Rotating(Arc<dyn SigningKeyStore>),
    /// Given by the operator; the first signs.
    Static(Vec<SigningKey>),
}

/// How keys are made.
#[derive(Debug, Clone, Copy)]
pub struct KeyRingSettings {
    /// `auth.identityTokenAlgorithm`
    pub algorithm: SigningAlgorithm,
    /// How long a key signs: one token lifetime.
    pub lifetime: SignedDuration,
}

impl KeyRingSettings {
    /// Until when a key is published that was made at `made_at`.
    #[must_use]
    pub fn published_until(&self, made_at: Timestamp) -> Timestamp {
        made_at + self.lifetime * PUBLISHED_LIFETIMES
    }
}

/// The keys of one kind of token.
pub struct KeyRing {
    settings: KeyRingSettings,
    purpose: &'static str,
    source: Source,
    signing: ArcSwapOption<Signing>,
    published: ArcSwap<Snapshot>,
    making: Mutex<()>,
    reading: Mutex<()>,
    clock: SharedClock,
    entropy: SharedEntropy,
}

enum Source {
    Rotating(Arc<dyn SigningKeyStore>),
    Static,
}

/// The key that signs now, and the one that is announced to follow.
struct Signing {
    current: Arc<SigningKey>,
    stored_at: Timestamp,
    until: Timestamp,
    next: Option<Announced>,
}

/// A key that is published but has not signed yet.
#[derive(Clone)]
struct Announced {
    key: Arc<SigningKey>,
    made_at: Timestamp,
    stored_at: Timestamp,
}

/// What was published when last read from the store.
#[derive(Default)]
struct Snapshot {
    keys: Arc<PublishedKeys>,
    read_at: Option<Timestamp>,
}

impl KeyRing {
    /// A ring over `source`. No key is made before one is needed.
    ///
    /// # Errors
    /// [`TokenError::NoStaticKey`].
    pub fn new(
        settings: KeyRingSettings,
        source: KeySource,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, TokenError> {
        let ring = |source, signing, published| Self {
            settings,
            purpose: "user_tokens",
            source,
            signing: ArcSwapOption::new(signing),
            published: ArcSwap::from_pointee(published),
            making: Mutex::new(()),
            reading: Mutex::new(()),
            clock,
            entropy,
        };
        match source {
            KeySource::Rotating(store) => {
                Ok(ring(Source::Rotating(store), None, Snapshot::default()))
            }
            KeySource::Static(keys) => {
                let set = KeySet::new(keys.iter().map(|key| key.public_jwk().for_signatures()));
                let first = keys.into_iter().next().ok_or(TokenError::NoStaticKey)?;
                let signing = Signing {
                    current: Arc::new(first),
                    stored_at: Timestamp::MIN,
                    until: Timestamp::MAX,
                    next: None,
                };
                let published = Snapshot {
                    keys: Arc::new(PublishedKeys::new(set)),
                    read_at: None,
                };
                Ok(ring(Source::Static, Some(Arc::new(signing)), published))
            }
        }
    }

    /// The same for another kind of token than user tokens, for audit events.
    #[must_use]
    pub fn signing(mut self, purpose: &'static str) -> Self {
        self.purpose = purpose;
        self
    }

    /// The key to sign with now.
    ///
    /// # Errors
    /// When one has to be made and can't be stored.
    pub async fn current(&self) -> Result<Arc<SigningKey>, TokenError> {
        if let Some(key) = self.still_signing() {
            return Ok(key);
        }
        let _one_at_a_time = self.making.lock().await;
        if let Some(key) = self.still_signing() {
            return Ok(key);
        }
        let announced = self
            .signing
            .load_full()
            .and_then(|signing| signing.next.clone())
            .filter(|next| self.outlives_its_tokens(next));
        let next = match announced {
            Some(next) => next,
            None => self.make_and_store().await?,
        };
        self.start_signing_with(&next);
        Ok(next.key)
    }

    /// The key to sign with now, once every node publishes it: for a token
    /// that is verified at once, perhaps with the keys of another node. Waits
    /// only just after the first key was made, a second at most.
    ///
    /// # Errors
    /// As [`KeyRing::current`].
    pub async fn current_at_every_node(&self) -> Result<Arc<SigningKey>, TokenError> {
        let key = self.current().await?;
        let stored_at = self
            .signing
            .load()
            .as_ref()
            .map(|signing| signing.stored_at);
        let age = stored_at.map(|stored_at| self.clock.now().duration_since(stored_at));
        if let Some(age) = age.filter(|age| !age.is_negative())
            && let Ok(rest) = Duration::try_from(PUBLISHED_MAX_AGE - age)
        {
            tokio::time::sleep(rest).await;
        }
        Ok(key)
    }

    /// Makes and publishes the next key when the current one is about to end.
    /// Called from time to time in the background.
    ///
    /// # Errors
    /// When the key can't be stored.
    pub async fn announce_next(&self) -> Result<(), TokenError> {
        let _one_at_a_time = self.making.lock().await;
        let Some(signing) = self.signing.load_full() else {
            return Ok(());
        };
        let near_end = signing.until.duration_since(self.clock.now()) <= ANNOUNCED_AHEAD;
        if signing.next.is_some() || !near_end {
            return Ok(());
        }
        let next = self.make_and_store().await?;
        self.signing.store(Some(Arc::new(Signing {
            current: signing.current.clone(),
            stored_at: signing.stored_at,
            until: signing.until,
            next: Some(next),
        })));
        Ok(())
    }

    /// Whether a key that begins to sign now is still published when the last
    /// token it signs expires: not when nobody signed in for a while after it
    /// was announced.
    fn outlives_its_tokens(&self, next: &Announced) -> bool {
        let signing_and_valid = self.settings.lifetime * 2;
        self.clock.now() + signing_and_valid < self.settings.published_until(next.made_at)
    }

    /// When the key that signs now was made known to all nodes; `None` before
    /// there is one, and for those that the operator gives.
    #[must_use]
    pub fn signing_since(&self) -> Option<Timestamp> {
        let signing = self.signing.load();
        let since = signing.as_ref()?.stored_at;
        (since != Timestamp::MIN).then_some(since)
    }

    fn still_signing(&self) -> Option<Arc<SigningKey>> {
        let signing = self.signing.load();
        let signing = signing.as_ref()?;
        (self.clock.now() < signing.until).then(|| signing.current.clone())
    }

    async fn make_and_store(&self) -> Result<Announced, TokenError> {
        let Source::Rotating(store) = &self.source else {
            return Err(TokenError::NoStaticKey);
        };
        let key = SigningKey::generate(self.settings.algorithm, &*self.entropy)?;
        let made_at = self.clock.now();
        let stored = StoredKey {
            kid: key.kid().to_owned(),
            jwk: key.public_jwk().as_json().clone().into(),
            created_at: made_at,
        };
        store.add_key(&stored).await?;
        let stored_at = self.clock.now();
        tracing::debug!(kid = key.kid(), "made a new signing key");
        self.reload().await?;
        let key = Arc::new(key);
        Ok(Announced {
            key,
            made_at,
            stored_at,
        })
    }

    fn start_signing_with(&self, next: &Announced) {
        let before = self.signing.load_full();
        let before = before.as_ref().map(|signing| signing.current.kid());
        audit_operation::key_rotated(self.purpose, next.key.kid(), before);
        self.signing.store(Some(Arc::new(Signing {
            current: next.key.clone(),
            stored_at: next.stored_at,
            until: self.clock.now() + self.settings.lifetime,
            next: None,
        })));
    }

    /// The public keys that may have signed a token still valid, from memory
    /// where that is fresh enough.
    ///
    /// # Errors
    /// When they were never read and can't be read now.
    pub async fn published(&self) -> Result<Arc<PublishedKeys>, TokenError> {
        let snapshot = self.published.load();
        let fresh = match (&self.source, snapshot.read_at) {
            (Source::Static, _) => true,
            (_, Some(read_at)) => {
                let age = self.clock.now().duration_since(read_at);
                (SignedDuration::ZERO..PUBLISHED_MAX_AGE).contains(&age)
            }
            (_, None) => false,
        };
        if fresh {
            return Ok(snapshot.keys.clone());
        }
        let known = snapshot.read_at.map(|_| snapshot.keys.clone());
        drop(snapshot);
        match (self.reload().await, known) {
            (Ok(keys), _) => Ok(keys),
            // Keys read before are better than none: tokens stay verifiable
            // while the database is away.
            (Err(error), Some(keys)) => {
                tracing::warn!(%error, "signing keys can't be read, those known are published");
                Ok(keys)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Whether there are keys to publish, however old: with those, tokens can be
    /// verified while the store is slow or away.
    pub fn has_published(&self) -> bool {
        matches!(self.source, Source::Static) || self.published.load().read_at.is_some()
    }

    /// Reads the published keys from the store, and removes the expired ones.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn reload(&self) -> Result<Arc<PublishedKeys>, TokenError> {
        let Source::Rotating(store) = &self.source else {
            return Ok(self.published.load().keys.clone());
        };
        let asked_at = self.clock.now();
        let _one_at_a_time = self.reading.lock().await;
        let snapshot = self.published.load_full();
        if snapshot.read_at.is_some_and(|read_at| read_at > asked_at) {
            return Ok(snapshot.keys.clone());
        }
        let read_at = self.clock.now();
        let (valid, expired): (Vec<_>, Vec<_>) = store
            .list_keys()
            .await?
            .into_iter()
            .partition(|key| self.is_published(key, read_at));
        let set = KeySet::new(valid.iter().filter_map(readable));
        let keys = Arc::new(PublishedKeys::new(set));
        self.published.store(Arc::new(Snapshot {
            keys: keys.clone(),
            read_at: Some(read_at),
        }));
        if !expired.is_empty() {
            let kids: Vec<_> = expired.into_iter().map(|key| key.kid).collect();
            match store.remove_keys(&kids).await {
                Ok(()) => tracing::info!(?kids, "removed expired signing keys"),
                Err(error) => {
                    tracing::warn!(%error, "expired signing keys can't be removed, they are published no more");
                }
            }
        }
        Ok(keys)
    }

    fn is_published(&self, key: &StoredKey, now: Timestamp) -> bool {
        self.settings.published_until(key.created_at) >= now
    }
}

/// A key that another program wrote in a way we can't read is left out, not
/// served broken.
fn readable(key: &StoredKey) -> Option<PublicJwk> {
    PublicJwk::from_json(key.jwk.clone())
        .inspect_err(
            |error| tracing::warn!(kid = key.kid, %error, "a stored signing key can't be read"),
        )
        .ok()
}

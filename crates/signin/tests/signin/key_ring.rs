//! Signing keys: made, rotated, published, removed (contract §9).

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use stagedoor_ambient::{Clock, ManualClock, SystemEntropy};
use stagedoor_identity::{SigningAlgorithm, SigningKey};
use stagedoor_signin::tokens::{
    KeyRing, KeyRingSettings, KeySource, MemoryKeyStore, PublishedKeys, TokenError,
};
use stagedoor_storage::{DatabaseLocation, SigningKeyStore, StoredKey, open};

use crate::support::FaultyStorage;

const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

struct Rings {
    clock: Arc<ManualClock>,
    store: Arc<FaultyStorage>,
}

impl Rings {
    async fn new() -> Self {
        let now = Timestamp::from_second(1_750_000_000).unwrap();
        let storage = open(&DatabaseLocation::SqliteMemory).await.unwrap();
        Self {
            clock: Arc::new(ManualClock::at(now)),
            store: Arc::new(FaultyStorage::over(storage)),
        }
    }

    /// The ring of one node.
    fn ring(&self) -> KeyRing {
        self.over(KeySource::Rotating(self.store.clone())).unwrap()
    }

    fn over(&self, source: KeySource) -> Result<KeyRing, TokenError> {
        let settings = KeyRingSettings {
            algorithm: SigningAlgorithm::default(),
            lifetime: LIFETIME,
        };
        let entropy = Arc::new(SystemEntropy::default());
        KeyRing::new(settings, source, self.clock.clone(), entropy)
    }

    fn later(&self, by: SignedDuration) {
        self.clock.advance(by);
    }
}

fn kids(keys: &PublishedKeys) -> Vec<&str> {
    keys.set().iter().map(|key| key.kid()).collect()
}

async fn current(ring: &KeyRing) -> String {
    ring.current().await.unwrap().kid().to_owned()
}

async fn publishes(ring: &KeyRing, kid: &str) -> bool {
    let published = ring.published().await.unwrap();
    kids(&published).contains(&kid)
}

#[tokio::test]
async fn no_key_is_made_before_one_is_needed() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    ring.announce_next().await.unwrap();
    let published = ring.published().await.unwrap();
    assert_eq!(published.json(), r#"{"keys":[]}"#);
    assert!(rings.store.list_keys().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_key_signs_for_one_lifetime() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    let first = current(&ring).await;
    rings.later(LIFETIME - SignedDuration::from_secs(1));
    assert_eq!(current(&ring).await, first);
    rings.later(SignedDuration::from_secs(1));
    let second = current(&ring).await;
    assert_ne!(second, first);
    assert!(publishes(&ring, &first).await && publishes(&ring, &second).await);
}

#[tokio::test]
async fn those_who_need_a_key_at_once_make_one() {
    let rings = Rings::new().await;
    let ring = Arc::new(rings.ring());
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let ring = ring.clone();
            tokio::spawn(async move { current(&ring).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(rings.store.list_keys().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_published_as_soon_as_it_signs_and_only_its_public_half() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    ring.published().await.unwrap();
    let kid = current(&ring).await;
    let published = ring.published().await.unwrap();
    assert_eq!(kids(&published), [&*kid]);
    let stored = rings.store.list_keys().await.unwrap();
    for json in [published.json().to_owned(), stored[0].jwk.to_string()] {
        assert!(json.contains(&kid) && !json.contains("\"d\""), "{json}");
    }
    assert_eq!(stored[0].kid, kid);
    assert_eq!(stored[0].created_at, rings.clock.now());
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    let first = current(&ring).await;
    ring.announce_next().await.unwrap();
    rings.later(LIFETIME - SignedDuration::from_secs(61));
    ring.announce_next().await.unwrap();
    let early = rings.store.list_keys().await.unwrap();
    assert_eq!(early.len(), 1, "not before it is time");
    rings.later(SignedDuration::from_secs(1));
    ring.announce_next().await.unwrap();
    ring.announce_next().await.unwrap();
    let stored = rings.store.list_keys().await.unwrap();
    assert_eq!(stored.len(), 2, "once");
    let next = stored.iter().find(|key| key.kid != first).unwrap();
    assert!(publishes(&ring, &next.kid).await);
    assert_eq!(current(&ring).await, first);

    rings.later(SignedDuration::from_secs(60));
    assert_eq!(current(&ring).await, next.kid);
    assert_eq!(rings.store.list_keys().await.unwrap().len(), 2);
}

/// A token that another node verifies at once waits until that node is sure to
/// have read its key.
#[tokio::test]
async fn a_brand_new_key_waits_until_all_nodes_have_it() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    let at_once = Duration::from_millis(100);
    let early = tokio::time::timeout(at_once, ring.current_at_every_node()).await;
    assert!(early.is_err());
    rings.later(SignedDuration::from_secs(1));
    let ready = ring.current_at_every_node().await;
    assert_eq!(ready.unwrap().kid(), current(&ring).await);
}

/// Over a quiet weekend, for example: the announced key has waited so long that
/// it would be published no more while tokens it signed are still valid.
#[tokio::test]
async fn a_key_announced_long_ago_does_not_sign() {
    for idle in [LIFETIME * 2, LIFETIME * 3, LIFETIME * 60] {
        let rings = Rings::new().await;
        let ring = rings.ring();
        current(&ring).await;
        rings.later(LIFETIME - SignedDuration::from_secs(30));
        ring.announce_next().await.unwrap();
        rings.later(idle);
        ring.announce_next().await.unwrap();
        let kid = current(&ring).await;
        // To the end of the last token it signs.
        for _ in 0..8 {
            assert!(publishes(&ring, &kid).await, "{idle:?}");
            rings.later(LIFETIME / 4);
        }
    }
}

#[tokio::test]
async fn a_key_is_published_for_three_lifetimes_and_then_removed() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    let kid = current(&ring).await;
    rings.later(LIFETIME * 3);
    assert!(publishes(&ring, &kid).await);
    rings.later(SignedDuration::from_secs(1));
    assert!(!publishes(&ring, &kid).await);
    assert!(rings.store.list_keys().await.unwrap().is_empty());
}

#[tokio::test]
async fn keys_that_can_not_be_removed_do_not_stop_anything() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    let old = current(&ring).await;
    rings.store.keeps_keys();
    rings.later(LIFETIME * 4);
    let new = current(&ring).await;
    assert_ne!(new, old);
    assert!(publishes(&ring, &new).await && !publishes(&ring, &old).await);
}

#[tokio::test]
async fn another_node_s_key_is_seen_within_a_second_or_on_demand() {
    let rings = Rings::new().await;
    let (here, there) = (rings.ring(), rings.ring());
    here.published().await.unwrap();
    let kid = current(&there).await;
    assert!(!publishes(&here, &kid).await, "read a moment ago");
    let reloaded = here.reload().await.unwrap();
    assert_eq!(kids(&reloaded), [&*kid]);

    let third = rings.ring();
    let newest = current(&third).await;
    rings.later(SignedDuration::from_secs(1));
    assert!(publishes(&here, &newest).await);
}

#[tokio::test]
async fn a_database_that_is_down_leaves_the_keys_that_are_known() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    let kid = current(&ring).await;
    rings.store.is_away(true);
    rings.later(SignedDuration::from_mins(5));
    assert!(publishes(&ring, &kid).await);
    assert_eq!(current(&ring).await, kid);
    assert!(ring.reload().await.is_err());
    // One that has never read any has none to give, and makes none it can't publish.
    let fresh = rings.ring();
    assert!(matches!(
        fresh.published().await,
        Err(TokenError::Storage(_))
    ));
    assert!(matches!(fresh.current().await, Err(TokenError::Storage(_))));
    rings.store.is_away(false);
    assert!(fresh.current().await.is_ok());
}

#[tokio::test]
async fn a_stored_key_that_can_not_be_read_is_left_out() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    let kid = current(&ring).await;
    let foreign = StoredKey {
        kid: "foreign".to_owned(),
        jwk: serde_json::json!({"kty": "EC", "kid": "foreign", "d": "private!"}),
        created_at: rings.clock.now(),
    };
    rings.store.add_key(&foreign).await.unwrap();
    rings.later(SignedDuration::from_secs(2));
    let published = ring.published().await.unwrap();
    assert_eq!(kids(&published), [&*kid]);
    assert!(!published.json().contains("private!"));
}

#[tokio::test]
async fn static_keys_never_change_and_the_first_signs() {
    let rings = Rings::new().await;
    let entropy = SystemEntropy::default();
    let make = || SigningKey::generate(SigningAlgorithm::default(), &entropy).unwrap();
    let keys = vec![make(), make()];
    let names: Vec<_> = keys.iter().map(|key| key.kid().to_owned()).collect();
    let ring = rings.over(KeySource::Static(keys)).unwrap();
    for _ in 0..3 {
        ring.announce_next().await.unwrap();
        assert_eq!(current(&ring).await, names[0]);
        let published = ring.published().await.unwrap();
        assert_eq!(kids(&published), names);
        // As Backstage publishes them.
        assert_eq!(published.json().matches(r#""use":"sig""#).count(), 2);
        assert_eq!(kids(&ring.reload().await.unwrap()), names);
        rings.later(LIFETIME * 100);
    }
    assert!(matches!(
        rings.over(KeySource::Static(vec![])),
        Err(TokenError::NoStaticKey)
    ));
}

#[tokio::test]
async fn keys_in_memory_are_this_process_s_alone() {
    let rings = Rings::new().await;
    let memory = || KeySource::Rotating(Arc::new(MemoryKeyStore::default()));
    let (ring, other) = (rings.over(memory()).unwrap(), rings.over(memory()).unwrap());
    let kid = current(&ring).await;
    assert!(publishes(&ring, &kid).await && !publishes(&other, &kid).await);
    rings.later(LIFETIME * 3 + SignedDuration::from_secs(1));
    assert!(!publishes(&ring, &kid).await);
    assert!(rings.store.list_keys().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_entity_tag_follows_the_keys() {
    let rings = Rings::new().await;
    let ring = rings.ring();
    let empty = ring.published().await.unwrap().etag().to_owned();
    current(&ring).await;
    let one = ring.published().await.unwrap().etag().to_owned();
    rings.later(SignedDuration::from_secs(5));
    let same = ring.published().await.unwrap().etag().to_owned();
    assert!(empty != one && one == same);
    assert!(one.starts_with('"') && one.ends_with('"') && one.len() > 10);
}

//! The provider's keys as they are now.

use std::sync::Arc;

use jiff::SignedDuration;
use stagedoor_ambient::SharedClock;

use super::key_set::KeySet;
use crate::{
    cached::{Cached, Policy, Source},
    discovery::DiscoverySource,
    error::OidcError,
    http::HttpClient,
    issuer::ExpectedIssuer,
    jwt::Jws,
    provider_text::shown,
    settings::ClientSettings,
    signing_alg::SigningAlg,
    trace::TRACE,
    violation::Violation,
};

/// Keys are asked for again at times, so that withdrawn ones go, and not used
/// for ever when the provider cannot be reached.
const POLICY: Policy = Policy {
    refresh_after: SignedDuration::from_mins(15),
    expire_after: SignedDuration::from_hours(24),
    first_pause: SignedDuration::from_secs(1),
    longest_pause: SignedDuration::from_secs(60),
    renew_interval: SignedDuration::from_secs(10),
};

/// Verifies signatures with the keys the provider publishes, fetched when
/// needed and again when a token is signed with one that is not among them.
pub(crate) struct KeyRing(Cached<KeySource>);

struct KeySource {
    metadata: Cached<DiscoverySource>,
    settings: Arc<ClientSettings>,
    http: HttpClient,
}

impl Source for KeySource {
    type Value = KeySet;

    fn describe(&self) -> String {
        format!("the keys of {}", self.settings.metadata_url)
    }

    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.keys", skip_all)]
    async fn fetch(&self) -> Result<KeySet, OidcError> {
        let metadata = self.metadata.get().await?;
        let timeout = self.settings.timeout;
        let answer = self.http.get(&metadata.jwks_uri, timeout).await?;
        Ok(KeySet::read(&answer.success_json()?)?)
    }
}

impl KeyRing {
    pub(crate) fn new(
        metadata: Cached<DiscoverySource>,
        settings: Arc<ClientSettings>,
        http: HttpClient,
        clock: SharedClock,
    ) -> Self {
        let source = KeySource {
            metadata,
            settings,
            http,
        };
        Self(Cached::new(source, POLICY, clock))
    }

    /// The signature is by one of the provider's keys (Core §3.1.3.7 rule 6,
    /// §10.1.1 for rotation: an unknown key is looked up once more).
    ///
    /// # Errors
    /// [`Violation::UnknownKey`] or [`Violation::SignatureInvalid`], or
    /// [`OidcError::Unavailable`] when the keys cannot be had.
    pub(crate) async fn verify(
        &self,
        jws: &Jws<'_>,
        alg: SigningAlg,
        issuer: &ExpectedIssuer<'_>,
    ) -> Result<(), OidcError> {
        let keys = self.0.get().await?;
        let Err(violation) = verify_with(&keys, jws, alg, issuer) else {
            return Ok(());
        };
        match self.0.renew(&keys).await {
            Ok(Some(newer)) => Ok(verify_with(&newer, jws, alg, issuer)?),
            Ok(None) => Err(violation.into()),
            Err(unavailable) => Err(match violation {
                Violation::UnknownKey { .. } => unavailable,
                definite => definite.into(),
            }),
        }
    }

    /// Fetches the keys ahead of need, if they are due.
    pub(crate) async fn keep_current(&self) -> Result<(), OidcError> {
        self.0.get().await.map(drop)
    }
}

fn verify_with(
    keys: &KeySet,
    jws: &Jws<'_>,
    alg: SigningAlg,
    issuer: &ExpectedIssuer<'_>,
) -> Result<(), Violation> {
    let token_issuer = jws.claims().str("iss");
    let mut tried = false;
    for key in keys.candidates(jws.kid(), alg) {
        if !issuer.has_key_of(key.issuer(), token_issuer) {
            continue;
        }
        if key.verifies(jws.signature(), jws.signing_input(), alg) {
            return Ok(());
        }
        tried = true;
    }
    Err(if tried {
        Violation::SignatureInvalid { at: jws.at() }
    } else {
        Violation::UnknownKey {
            at: jws.at(),
            kid: jws.kid().map(shown),
        }
    })
}

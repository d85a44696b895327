//! With what right Stagedoor asks a Backstage catalog (contract §10).

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use stagedoor_ambient::SharedClock;
use stagedoor_catalog::{CatalogCredentials, CatalogToken, NoCatalogToken};
use stagedoor_config::{Settings, StaticAccess};
use stagedoor_identity::{PLUGIN_TOKEN_LIFETIME, PluginTokenIssuer};
use stagedoor_signin::tokens::KeyRing;

const OURSELVES: &str = "auth";
const CATALOG: &str = "catalog";
/// Who we are in `backend.auth.externalAccess`.
const SUBJECT: &str = "stagedoor";

const TOKEN: &str = "stagedoor.catalog.token";
const OUR_ACCESS: &str = "backend.auth.externalAccess, subject 'stagedoor'";
const PLUGIN_TOKEN: &str = "a plugin token of our own";

/// A plugin token is used until this long before its end.
const SPARE: SignedDuration = SignedDuration::from_mins(10);

/// Which credentials `settings` ask for, the first that is there:
///
/// 1. `stagedoor.catalog.token`: any token or JWT that the catalog accepts.
/// 2. The `static` entry of `backend.auth.externalAccess` with the subject
///    `stagedoor`, if it is good for the catalog. So one configuration can
///    serve both sides. Entries with other subjects belong to others: they are
///    never borrowed.
/// 3. Without either, a plugin token of our own. It needs no configuration on
///    our side; on the other, `discovery.endpoints` has to name Stagedoor for
///    the plugin `auth`, as it does anyway when users are to be accepted.
pub(crate) fn catalog_credentials(
    settings: &Settings,
    keys: Arc<KeyRing>,
    clock: SharedClock,
) -> Chosen {
    match given_token(settings) {
        Some((token, source)) => Chosen {
            source,
            credentials: Arc::new(GivenToken::new(token, source)),
        },
        None => Chosen {
            source: PLUGIN_TOKEN,
            credentials: Arc::new(OurPluginToken {
                keys,
                clock,
                current: Mutex::default(),
            }),
        },
    }
}

/// Whether the catalog's backend has to fetch our keys to accept us.
pub(crate) fn catalog_verifies_our_keys(settings: &Settings) -> bool {
    given_token(settings).is_none()
}

/// The operator's token, and where it stands.
fn given_token(settings: &Settings) -> Option<(&SecretString, &'static str)> {
    if let Some(token) = &settings.stagedoor.catalog_token {
        return Some((token, TOKEN));
    }
    let access = &settings.backend.auth.external_access;
    let ours = access.iter().find(|access| is_for_us(access))?;
    Some((&ours.token, OUR_ACCESS))
}

/// Credentials, and where they come from, for the log.
pub(crate) struct Chosen {
    pub(crate) source: &'static str,
    pub(crate) credentials: Arc<dyn CatalogCredentials>,
}

fn is_for_us(access: &StaticAccess) -> bool {
    let allows_catalog = access.restrictions.is_empty() || access.at(CATALOG).next().is_some();
    access.subject == SUBJECT && allows_catalog
}

/// A token that the operator gave.
struct GivenToken {
    token: CatalogToken,
    when_refused: String,
}

impl GivenToken {
    fn new(token: &SecretString, source: &str) -> Self {
        Self {
            token: CatalogToken::new(token.expose_secret()),
            when_refused: format!(
                "It is from {source}: does backend.auth.externalAccess of the catalog's backend accept it, \
                 and for the plugin 'catalog'?"
            ),
        }
    }
}

#[async_trait]
impl CatalogCredentials for GivenToken {
    async fn authorization(&self) -> Result<CatalogToken, NoCatalogToken> {
        Ok(self.token.clone())
    }

    fn when_refused(&self) -> &str {
        &self.when_refused
    }
}

/// Tokens we sign ourselves, that the catalog verifies at our
/// `/.backstage/auth/v1/jwks.json`.
struct OurPluginToken {
    keys: Arc<KeyRing>,
    clock: SharedClock,
    current: Mutex<Option<Current>>,
}

struct Current {
    token: CatalogToken,
    issued_at: Timestamp,
}

impl OurPluginToken {
    fn still_good(&self, now: Timestamp) -> Option<CatalogToken> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current
            .as_ref()
            .filter(|current| {
                let age = now.duration_since(current.issued_at);
                (SignedDuration::ZERO..PLUGIN_TOKEN_LIFETIME - SPARE).contains(&age)
            })
            .map(|current| current.token.clone())
    }
}

#[async_trait]
impl CatalogCredentials for OurPluginToken {
    async fn authorization(&self) -> Result<CatalogToken, NoCatalogToken> {
        let now = self.clock.now();
        if let Some(token) = self.still_good(now) {
            return Ok(token);
        }
        let key = self
            .keys
            .current_at_every_node()
            .await
            .map_err(NoCatalogToken::because)?;
        let token = PluginTokenIssuer::issue(&key, OURSELVES, CATALOG, now)
            .map_err(NoCatalogToken::because)?;
        let token = CatalogToken::new(token.expose());
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Current {
            token: token.clone(),
            issued_at: now,
        });
        Ok(token)
    }

    fn when_refused(&self) -> &str {
        "It is a plugin token of our own, which the catalog verifies at our /api/auth/.backstage/auth/v1/jwks.json: \
         does discovery.endpoints of the catalog's backend name this server for the plugin 'auth', and can it \
         be reached from there? Otherwise set stagedoor.catalog.token"
    }
}

#[cfg(test)]
mod tests;

//! `auth`.

use jiff::SignedDuration;
use secrecy::SecretString;

use super::{
    KeyStore, Known, Paths, Provider, SessionLimits, key_store::ALGORITHMS,
    provider::read_providers, session::Session,
};
use crate::reading::{Limits, Section};

/// Keys of `auth` that are read here or that Backstage has.
const KEYS: [&str; 13] = [
    "autologout",
    "backstageTokenExpiration",
    "environment",
    "experimentalClientIdMetadataDocuments",
    "experimentalDynamicClientRegistration",
    "experimentalExtraAllowedOrigins",
    "experimentalRefreshToken",
    "identityTokenAlgorithm",
    "keyStore",
    "omitIdentityTokenOwnershipClaim",
    "providers",
    "session",
    "sessionDuration",
];

/// Sign-in, and the tokens it ends in.
#[derive(Debug, Clone)]
pub struct Auth {
    /// `auth.environment`: the environment of the providers that the frontend uses.
    pub environment: Option<String>,
    /// `auth.session.secret`: one, or a list of them. The first seals, all open.
    /// Empty if there is none.
    pub session_secrets: Vec<SecretString>,
    /// `auth.session`, but for the secret.
    pub session_limits: SessionLimits,
    /// `auth.experimentalExtraAllowedOrigins`: globs of origins that may start
    /// a sign-in, besides that of `app.baseUrl`.
    pub extra_allowed_origins: Vec<String>,
    /// `auth.keyStore`.
    pub key_store: KeyStore,
    /// `auth.backstageTokenExpiration`, brought within 10 minutes and 24 hours
    /// as Backstage does.
    pub token_expiration: Option<SignedDuration>,
    /// `auth.identityTokenAlgorithm`: one that Backstage has a key pair for.
    pub identity_token_algorithm: Option<String>,
    /// `auth.omitIdentityTokenOwnershipClaim`: leave `ent` out of tokens. True
    /// unless it is set.
    pub omit_ownership_claim: bool,
    /// The OpenID providers, in the order of the file.
    pub providers: Vec<Provider>,
    /// Blocks under `auth.providers` that belong to other Backstage modules.
    pub other_providers: Vec<String>,
}

impl Auth {
    pub(super) fn read(root: &Section<'_>, known: &Known, paths: &Paths) -> Option<Self> {
        let auth = root.section("auth");
        auth.warn_of_typos(&KEYS, &[]);
        let environment = auth.get("environment").and_then(|field| field.string());
        let session = Session::read(&auth);
        let extra_allowed_origins = auth
            .get("experimentalExtraAllowedOrigins")
            .and_then(|field| field.strings())
            .unwrap_or_default();
        let key_store = KeyStore::read(&auth, paths);
        let token_expiration = auth
            .get("backstageTokenExpiration")
            .and_then(|field| field.duration_within(&token_limits()));
        let algorithm = auth
            .get("identityTokenAlgorithm")
            .and_then(|field| field.choice(&ALGORITHMS));
        let omit = auth
            .get("omitIdentityTokenOwnershipClaim")
            .and_then(|field| field.boolean());
        let providers = read_providers(&auth, known, paths);
        Some(Self {
            environment,
            session_secrets: session.secrets,
            session_limits: session.limits,
            extra_allowed_origins,
            key_store: key_store?,
            token_expiration,
            identity_token_algorithm: algorithm.map(str::to_owned),
            omit_ownership_claim: omit.unwrap_or(true),
            providers: providers.ours,
            other_providers: providers.others,
        })
    }
}

fn token_limits() -> Limits {
    Limits {
        default: None,
        least: SignedDuration::from_mins(10),
        most: SignedDuration::from_hours(24),
    }
}

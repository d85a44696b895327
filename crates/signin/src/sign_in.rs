//! What signs people in: everything a flow needs, in one place.

use std::sync::Arc;

use arc_swap::ArcSwap;
use stagedoor_ambient::{SharedClock, SharedEntropy, random_bytes};
use stagedoor_storage::Storage;
use tokio::sync::Semaphore;

use crate::{
    SignInError,
    error::ProviderFailure,
    native_client::NativeClients,
    origin::AllowedOrigins,
    patience::RefreshPatience,
    provider::{Provider, ProviderSet},
    resolver::{ResolverContext, SignInInfo},
    rooms::Rooms,
    sealing::Keychain,
    services::Services,
    session::{SessionAdministration, SessionGates, SessionPolicy, SessionResponse, SessionTokens},
    tokens::TokenService,
    who::Who,
};

/// How many cookies that may be anyone's invention providers are asked about
/// at a time. Each takes a call, also when nobody waits for its answer.
const MAX_UNPROVEN: usize = 64;
/// What part of all places those may hold who wait to be among them: not so
/// many that no sign-in may begin at their provider (see [`Rooms`]).
const QUEUE_FOR_UNPROVEN: usize = 8;

/// What a change of configuration replaces, as a whole.
#[derive(Debug)]
pub struct Live {
    /// The providers.
    pub providers: ProviderSet,
    /// Where answers may go.
    pub origins: AllowedOrigins,
    /// How long sessions last, and how many there may be.
    pub sessions: SessionPolicy,
    /// Which services may manage sessions.
    pub services: Services,
    /// Which programs may ask people to sign in.
    pub native_clients: NativeClients,
}

/// What [`SignIn`] is made of.
pub struct Parts {
    /// Providers and origins.
    pub live: Live,
    /// Seals states, cookies and tokens.
    pub keychain: Keychain,
    /// Keeps sessions and used flows.
    pub storage: Arc<dyn Storage>,
    /// What resolvers work with.
    pub resolver_context: ResolverContext,
    /// Issues and verifies Backstage tokens.
    pub tokens: Arc<TokenService>,
    /// How many requests may wait for providers, those included that go on when
    /// their clients have gone; no provider fills it all.
    pub places: usize,
    /// How long refreshes may take.
    pub patience: RefreshPatience,
    /// Tells the time.
    pub clock: SharedClock,
    /// Gives randomness.
    pub entropy: SharedEntropy,
}

/// Signs people in: `start`, `callback`, `refresh`, `logout`.
pub struct SignIn {
    live: ArcSwap<Live>,
    keychain: ArcSwap<Keychain>,
    pub(crate) storage: Arc<dyn Storage>,
    resolver_context: ResolverContext,
    tokens: Arc<TokenService>,
    pub(crate) gates: SessionGates<ProviderFailure>,
    pub(crate) room_for_unproven: Arc<Semaphore>,
    pub(crate) queue_for_unproven: Semaphore,
    pub(crate) rooms: Rooms,
    pub(crate) patience: RefreshPatience,
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn")
            .field("live", &self.live())
            .finish_non_exhaustive()
    }
}

impl SignIn {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            live: ArcSwap::from_pointee(parts.live),
            keychain: ArcSwap::from_pointee(parts.keychain),
            storage: parts.storage,
            resolver_context: parts.resolver_context,
            tokens: parts.tokens,
            gates: SessionGates::default(),
            room_for_unproven: Arc::new(Semaphore::new(MAX_UNPROVEN)),
            queue_for_unproven: Semaphore::new((parts.places / QUEUE_FOR_UNPROVEN).max(1)),
            rooms: Rooms::of(parts.places),
            patience: parts.patience,
            clock: parts.clock,
            entropy: parts.entropy,
        }
    }

    /// The providers and origins of this moment.
    #[must_use]
    pub fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    /// Replaces providers and origins. Flows under way finish.
    pub fn replace(&self, live: Live) {
        self.live.store(Arc::new(live));
    }

    /// Replaces the session secrets. What older ones have sealed opens as long
    /// as they are among them.
    pub fn replace_keychain(&self, keychain: Keychain) {
        self.keychain.store(Arc::new(keychain));
    }

    pub(crate) fn keychain(&self) -> Arc<Keychain> {
        self.keychain.load_full()
    }

    /// Issues and verifies Backstage tokens.
    #[must_use]
    pub fn tokens(&self) -> &TokenService {
        &self.tokens
    }

    /// Lists sessions and ends them.
    #[must_use]
    pub fn sessions(&self) -> SessionAdministration {
        SessionAdministration::new(self.storage.clone(), self.clock.clone())
    }

    /// `period`, give or take a quarter: so that nodes that were started
    /// together don't all do the same at once ever after.
    #[must_use]
    pub fn about(&self, period: std::time::Duration) -> std::time::Duration {
        let chance = random_bytes(&*self.entropy).map_or(128, |[byte]: [u8; 1]| byte);
        period * (384 + u32::from(chance)) / 512
    }

    /// Whether the database does its work.
    ///
    /// # Errors
    /// When it does not answer, or takes no writes.
    pub async fn check_storage(&self) -> Result<(), SignInError> {
        Ok(self.storage.check(self.clock.now()).await?)
    }

    /// What is wrong with the catalog at present, as far as is known.
    #[must_use]
    pub fn catalog_problem(&self) -> Option<String> {
        self.resolver_context.catalog_problem()
    }

    /// How many sessions there are, on all nodes together.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_sessions(&self) -> Result<u64, SignInError> {
        Ok(self.storage.count_sessions(self.clock.now()).await?)
    }

    /// Removes what has expired by now, `batch` at a time so that nobody waits
    /// long for the database; how much it was.
    ///
    /// All of it, however much: what anyone can have written for them (used
    /// flows, sessions of made-up cookies) must not come in faster than it goes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_expired(&self, batch: u32) -> Result<u64, SignInError> {
        let now = self.clock.now();
        let mut removed = 0;
        loop {
            let some = self.storage.delete_expired(now, batch).await?;
            removed += some;
            if some < u64::from(batch.max(1)) {
                return Ok(removed);
            }
        }
    }

    /// What a client is told of a session with these tokens, which are given
    /// back: here it is decided whether someone is let in, and who they are.
    pub(crate) async fn session_response(
        &self,
        provider: &Provider,
        tokens: SessionTokens,
        who: &Who,
    ) -> Result<(SessionResponse, SessionTokens), SignInError> {
        who.is_subject(tokens.subject());
        let (result, rest) = tokens.apart();
        let profile = provider.authenticator.profile(&result);
        let info = SignInInfo { profile, result };
        provider.admission.check(&info)?;
        let backstage_identity = match &provider.resolver {
            Some(resolver) => {
                let groups = provider.group_claims.refs_of(&provider.id, &info);
                let context = self.resolver_context.with_ownership(groups);
                let resolved = resolver.resolve(&info, &context).await;
                let decided_by = context.decided_by();
                if decided_by.is_some() || resolved.is_ok() {
                    who.was_decided_by(decided_by.unwrap_or_else(|| resolver.name()));
                }
                Some(resolved?)
            }
            None => None,
        };
        let tokens = rest.with(info.result);
        let response = SessionResponse {
            profile: info.profile,
            provider_info: tokens.provider_info(self.clock.now()),
            backstage_identity,
        };
        Ok((response, tokens))
    }
}

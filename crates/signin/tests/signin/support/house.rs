//! The service, with everything it depends on.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use stagedoor_ambient::{Clock, ManualClock, SystemEntropy};
use stagedoor_identity::{SigningAlgorithm, UserTokenIssuer};
use stagedoor_signin::{
    Admission, DEFAULT_SESSION_DURATION, GroupClaims, Keychain, Live, Parts, Provider, ProviderSet,
    RefreshPatience, ScopePolicy, Scopes, SignIn,
    authenticator::Authenticator,
    claims::GroupClaim,
    native::NativeClients,
    origin::{AllowedOrigins, Origin, OriginPattern},
    resolver::{ResolverContext, SignInResolver, built_in::EmailMatchingUserEntityProfileEmail},
    tokens::{KeyRing, KeyRingSettings, KeySource, MemoryKeyStore, TokenService},
};
use stagedoor_signin::{Services, session::SessionPolicy};
use stagedoor_storage::{DatabaseLocation, SessionFilter, SessionRecord, SessionStore, open};
use url::Url;

use super::{FakeCatalog, FakeProvider, FaultyStorage, user};

pub(crate) const ENVIRONMENT: &str = "development";
pub(crate) const APP: &str = "http://localhost:3000";
pub(crate) const SECRET: &str = "a secret for tests";
pub(crate) const ISSUER: &str = "http://localhost:7007/api/auth";

/// What a house is built like; a test changes what it is about.
pub(crate) struct Plan {
    /// `auth.session.secret`, newest first.
    pub(crate) secrets: Vec<&'static str>,
    /// `experimentalExtraAllowedOrigins`.
    pub(crate) extra_origins: Vec<&'static str>,
    /// `additionalScopes`.
    pub(crate) additional_scopes: &'static str,
    /// `sessionDuration`.
    pub(crate) session_duration: SignedDuration,
    /// `auth.session`, but for the secret.
    pub(crate) sessions: SessionPolicy,
    /// How many requests may wait for providers.
    pub(crate) places: usize,
    /// How long refreshes may take.
    pub(crate) patience: RefreshPatience,
    /// `logout.redirectUrl`, with `endProviderSession`.
    pub(crate) logout_return_url: Option<&'static str>,
    /// `signIn.requireClaims`, `signIn.allowedDomains`.
    pub(crate) admission: Admission,
    /// `signIn.groupClaims`.
    pub(crate) group_claims: Vec<GroupClaim>,
    /// Who decides who someone is.
    pub(crate) resolver: Option<Arc<dyn SignInResolver>>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            secrets: vec![SECRET],
            extra_origins: vec![],
            additional_scopes: "",
            session_duration: DEFAULT_SESSION_DURATION,
            sessions: SessionPolicy::default(),
            places: 1_024,
            patience: RefreshPatience::default(),
            logout_return_url: None,
            admission: Admission::default(),
            group_claims: vec![],
            resolver: Some(Arc::new(EmailMatchingUserEntityProfileEmail::default())),
        }
    }
}

/// One node of the service; by default with Ada in the catalog.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) storage: Arc<FaultyStorage>,
    pub(crate) provider: Arc<FakeProvider>,
    pub(crate) catalog: Arc<FakeCatalog>,
    pub(crate) context: ResolverContext,
    pub(crate) sign_in: Arc<SignIn>,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Plan::default()).await
    }

    pub(crate) async fn with(plan: Plan) -> Self {
        let clock = Arc::new(ManualClock::at(
            Timestamp::from_second(1_750_000_000).unwrap(),
        ));
        let storage = open(&DatabaseLocation::SqliteMemory).await.unwrap();
        let storage = Arc::new(FaultyStorage::over(storage));
        let provider = Arc::new(FakeProvider::new(clock.clone()));
        let catalog = Arc::new(FakeCatalog::default());
        catalog.has(user("ada", "ada@example.com"));
        let (context, tokens) = tokens(&clock, &storage, &catalog);
        let sign_in = Arc::new(SignIn::new(Parts {
            live: live(&plan, &provider),
            keychain: keychain(&plan.secrets),
            storage: storage.clone(),
            resolver_context: context.clone(),
            tokens,
            places: plan.places,
            patience: plan.patience,
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy::default()),
        }));
        Self {
            clock,
            storage,
            provider,
            catalog,
            context,
            sign_in,
        }
    }

    /// Another node over the same database, provider and catalog.
    pub(crate) fn another_node(&self, plan: &Plan) -> Self {
        let (context, tokens) = tokens(&self.clock, &self.storage, &self.catalog);
        let sign_in = Arc::new(SignIn::new(Parts {
            live: live(plan, &self.provider),
            keychain: keychain(&plan.secrets),
            storage: self.storage.clone(),
            resolver_context: context.clone(),
            tokens,
            places: plan.places,
            patience: plan.patience,
            clock: self.clock.clone(),
            entropy: Arc::new(SystemEntropy::default()),
        }));
        Self {
            context,
            sign_in,
            ..self.clone()
        }
    }

    /// Every session there is, newest sign-in first.
    pub(crate) async fn sessions(&self) -> Vec<SessionRecord> {
        let all = SessionFilter::default();
        let found = self.storage.sessions(&all, self.clock.now(), None, 1_000);
        found.await.unwrap()
    }

    /// Lets time pass.
    pub(crate) fn later(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// What a change of configuration to `plan` makes of it.
    pub(crate) fn live(&self, plan: &Plan) -> Live {
        live(plan, &self.provider)
    }
}

fn tokens(
    clock: &Arc<ManualClock>,
    storage: &Arc<FaultyStorage>,
    catalog: &Arc<FakeCatalog>,
) -> (ResolverContext, Arc<TokenService>) {
    let lifetime = SignedDuration::from_hours(1);
    let settings = KeyRingSettings {
        algorithm: SigningAlgorithm::default(),
        lifetime,
    };
    let source = KeySource::Rotating(Arc::new(MemoryKeyStore::default()));
    let entropy = Arc::new(SystemEntropy::default());
    let keys = KeyRing::new(settings, source, clock.clone(), entropy).unwrap();
    let issuer = UserTokenIssuer {
        issuer: ISSUER.to_owned(),
        lifetime,
        omit_ownership_claim: true,
    };
    let tokens = TokenService::new(issuer, Arc::new(keys), storage.clone(), clock.clone());
    let tokens = Arc::new(tokens);
    (
        ResolverContext::new(catalog.clone(), tokens.clone()),
        tokens,
    )
}

/// Three providers that are one: Keycloak in two environments, and Okta.
fn live(plan: &Plan, provider: &Arc<FakeProvider>) -> Live {
    let extra = plan.extra_origins.iter();
    let extra = extra.map(|pattern| OriginPattern::parse(pattern).unwrap());
    let app = Origin::of(&Url::parse(APP).unwrap()).unwrap();
    let providers = [
        ("keycloak", ENVIRONMENT),
        ("keycloak", "production"),
        ("okta", ENVIRONMENT),
    ]
    .map(|(id, environment)| Provider {
        id: id.to_owned(),
        environment: environment.to_owned(),
        title: id.to_owned(),
        message: None,
        icon: None,
        order: 0,
        authenticator: provider.clone(),
        admission: plan.admission.clone(),
        group_claims: GroupClaims::new(plan.group_claims.clone()),
        resolver: plan.resolver.clone(),
        scopes: ScopePolicy::new(
            Scopes::default().and(provider.required_scopes()),
            Scopes::parse(plan.additional_scopes),
        ),
        callback_url: Url::parse(&format!("{ISSUER}/{id}/handler/frame")).unwrap(),
        logout_return_url: plan.logout_return_url.map(|url| Url::parse(url).unwrap()),
        session_duration: plan.session_duration,
    });
    Live {
        providers: ProviderSet::new(providers, vec!["github".to_owned()]),
        origins: AllowedOrigins::new(app, extra.collect()),
        sessions: plan.sessions,
        services: Services::default(),
        native_clients: NativeClients::new([(
            "stagedoor-cli".to_owned(),
            "The command line".to_owned(),
        )]),
    }
}

fn keychain(secrets: &[&str]) -> Keychain {
    let secrets: Vec<_> = secrets.iter().copied().map(SecretString::from).collect();
    Keychain::from_secrets(&secrets).unwrap()
}

//! `--as`: which user some claims resolve to, by which resolver, and why the
//! others passed. Nothing is issued that anyone could use: the signing key and
//! the token are forgotten at once.

use std::{error::Error as _, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use stagedoor_catalog::{Catalog, EntityFilter};
use stagedoor_config::{ProviderEnvironment, Settings};
use stagedoor_identity::{EntityRef, SigningAlgorithm};
use stagedoor_signin::{
    authenticator::OidcResult,
    profile_of,
    resolver::{Attempt, LookUp, Outcome, Question, ResolveError, ResolverContext, SignInInfo},
    tokens::{KeyRing, KeyRingSettings, KeySource, MemoryKeyStore, TokenService},
};
use stagedoor_storage::{StorageError, UserInfoStore};

use super::{
    Level,
    provider::InUse,
    sign_in_admission::{Admitted, email_todo, names},
};
use crate::{
    StartError,
    parts::{self, Registry},
};

/// What would come of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignIn {
    /// The provider's configuration key.
    pub(crate) subject: String,
    /// Who would be signed in; `None` is nobody.
    pub(crate) user: Option<String>,
    /// What they own through.
    pub(crate) ownership: Vec<String>,
    /// The resolver that decided.
    pub(crate) resolver: Option<String>,
    pub(crate) level: Level,
    /// Whether there would be a session.
    #[serde(skip)]
    pub(crate) succeeds: bool,
    #[serde(flatten)]
    pub(crate) admitted: Admitted,
    pub(crate) attempts: Vec<Told>,
}

/// One resolver's part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Told {
    pub(crate) resolver: String,
    pub(crate) outcome: Part,
    /// Why it is not `resolved`.
    pub(crate) reason: Option<String>,
    /// What it asked the catalog, and what it found.
    pub(crate) look_ups: Vec<String>,
    /// What to do about it.
    pub(crate) todo: Option<String>,
}

/// A resolver's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Part {
    Resolved,
    Passed,
    Refused,
    NotAsked,
}

/// Tries the resolvers of each of `providers` on `claims`.
pub(super) async fn try_all(
    providers: &[InUse<'_>],
    claims: &OidcResult,
    settings: &Settings,
    catalog: &Arc<dyn Catalog>,
    registry: &Registry<'_>,
) -> Result<Vec<SignIn>, StartError> {
    let tokens = Arc::new(tokens_for_nobody(settings, registry)?);
    let context = ResolverContext::new(catalog.clone(), tokens);
    let mut sign_ins = Vec::new();
    for provider in providers {
        let settings = provider.settings;
        let resolvers = &settings.sign_in.resolvers;
        // What is wrong with it is told where the provider is.
        let Ok(chain) = parts::resolver_chain(resolvers, registry.resolvers) else {
            continue;
        };
        let info = info(claims, settings);
        let admitted = Admitted::of(&info, settings);
        let attempts = match &chain {
            // There is nothing to try.
            None if admitted.conditions.is_empty() => continue,
            None => Vec::new(),
            Some(chain) if admitted.is_let_in() => {
                let groups = admitted.groups.refs.clone();
                chain.explain(&info, &context.with_ownership(groups)).await
            }
            Some(chain) => chain.not_asked(),
        };
        let mut sign_in = SignIn::of(provider.key(), &info, settings, admitted, attempts);
        sign_in.succeeds = sign_in.user.is_some() || chain.is_none();
        sign_in.succeeds &= sign_in.admitted.is_let_in();
        sign_ins.push(sign_in);
    }
    judge(&mut sign_ins);
    Ok(sign_ins)
}

/// Somebody of whom a provider says `claims`, as its settings have it.
fn info(claims: &OidcResult, settings: &ProviderEnvironment) -> SignInInfo {
    let mut result = claims.clone();
    if let Some(id_token) = &claims.tokenset.id_token {
        let from = parts::oidc_options(settings).claims_from;
        result.userinfo = from.known(Some(result.userinfo), id_token.claims());
    }
    SignInInfo {
        profile: profile_of(&result.userinfo, &settings.profile),
        result,
    }
}

/// Claims of one provider need not fit another: it is a failure when they fit
/// none.
fn judge(sign_ins: &mut [SignIn]) {
    let anyone = sign_ins.iter().any(|sign_in| sign_in.succeeds);
    for sign_in in sign_ins {
        sign_in.level = match (sign_in.succeeds, anyone) {
            (true, _) => Level::Ok,
            (false, true) => Level::Warning,
            (false, false) => Level::Failure,
        };
    }
}

impl SignIn {
    fn of(
        subject: String,
        info: &SignInInfo,
        settings: &ProviderEnvironment,
        admitted: Admitted,
        attempts: Vec<Attempt>,
    ) -> Self {
        let resolved = attempts.iter().find_map(|attempt| match &attempt.outcome {
            Outcome::Resolved(identity) => Some((attempt.resolver.clone(), identity)),
            _ => None,
        });
        let (resolver, identity) = resolved.unzip();
        let ownership = identity.map_or(&[][..], |identity| &identity.ownership_entity_refs);
        Self {
            subject,
            user: identity.map(|identity| identity.user_entity_ref.to_string()),
            ownership: ownership.iter().map(ToString::to_string).collect(),
            resolver,
            level: Level::Ok,
            succeeds: false,
            admitted,
            attempts: attempts
                .into_iter()
                .map(|attempt| Told::of(attempt, info, settings))
                .collect(),
        }
    }
}

impl Told {
    fn of(attempt: Attempt, info: &SignInInfo, settings: &ProviderEnvironment) -> Self {
        let (outcome, error) = match attempt.outcome {
            Outcome::Resolved(_) => (Part::Resolved, None),
            Outcome::Passed(error) => (Part::Passed, Some(error)),
            Outcome::Refused(error) => (Part::Refused, Some(error)),
            Outcome::NotAsked => (Part::NotAsked, None),
        };
        Self {
            resolver: attempt.resolver,
            outcome,
            reason: error.as_ref().map(reason),
            look_ups: look_ups(&attempt.look_ups),
            todo: error.as_ref().and_then(|error| todo(error, info, settings)),
        }
    }
}

/// What the person would read, and the cause, which is for the operator.
fn reason(error: &ResolveError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn todo(error: &ResolveError, info: &SignInInfo, settings: &ProviderEnvironment) -> Option<String> {
    match error {
        ResolveError::EmailMissing => email_todo(info, settings),
        ResolveError::ClaimMissing(_) => Some(names(info)),
        _ => None,
    }
}

/// One question may be asked twice, without a tag that was not there.
fn look_ups(all: &[LookUp]) -> Vec<String> {
    let mut told: Vec<_> = all.iter().map(look_up).collect();
    told.dedup();
    told
}

fn look_up(look_up: &LookUp) -> String {
    let asked = match &look_up.question {
        Question::Ref(entity_ref) => entity_ref.to_string(),
        Question::Filter(filter) => conditions(filter),
    };
    let found = match look_up.found {
        None => "no answer".to_owned(),
        Some(0) => "nobody".to_owned(),
        Some(1) => "one".to_owned(),
        Some(count) => format!("{count} users"),
    };
    format!("{asked}: {found}")
}

fn conditions(filter: &EntityFilter) -> String {
    let alternatives: Vec<_> = filter
        .alternatives()
        .iter()
        .map(|all| {
            let all: Vec<_> = all
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            all.join(", ")
        })
        .collect();
    alternatives.join(" or ")
}

/// Issues tokens that nobody gets, with keys that nobody knows.
fn tokens_for_nobody(
    settings: &Settings,
    registry: &Registry<'_>,
) -> Result<TokenService, StartError> {
    let issuer = parts::token_issuer(settings);
    let keys = KeyRing::new(
        KeyRingSettings {
            algorithm: SigningAlgorithm::default(),
            lifetime: issuer.lifetime,
        },
        KeySource::Rotating(Arc::new(MemoryKeyStore::default())),
        registry.clock.clone(),
        registry.entropy.clone(),
    )?;
    let clock = registry.clock.clone();
    Ok(TokenService::new(
        issuer,
        Arc::new(keys),
        Arc::new(Unwritten),
        clock,
    ))
}

/// User info that is not kept.
struct Unwritten;

#[async_trait]
impl UserInfoStore for Unwritten {
    async fn put_user_info(
        &self,
        _: &EntityRef,
        _: &Value,
        _: Timestamp,
    ) -> Result<(), StorageError> {
        Ok(())
    }

    async fn user_info(&self, _: &EntityRef) -> Result<Option<Value>, StorageError> {
        Ok(None)
    }
}

//! Why a chain of resolvers decides as it does, for an operator.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use stagedoor_catalog::{Catalog, CatalogError, Entity, EntityFilter};
use stagedoor_identity::{BackstageIdentity, EntityRef};

use super::{ResolveError, ResolverChain, ResolverContext, SignInInfo, chain::Step};

/// One resolver's part in a decision.
#[derive(Debug)]
pub struct Attempt {
    /// The resolver's name.
    pub resolver: String,
    /// What it asked the catalog, in order.
    pub look_ups: Vec<LookUp>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What a resolver decided.
#[derive(Debug)]
pub enum Outcome {
    /// It is this user.
    Resolved(BackstageIdentity),
    /// It found nobody: the next one is asked.
    Passed(ResolveError),
    /// The sign-in ends here.
    Refused(ResolveError),
    /// One before it decided.
    NotAsked,
}

/// A question to the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUp {
    /// Whom it asked for.
    pub question: Question,
    /// How many users were found; `None` when the catalog gave no answer.
    pub found: Option<usize>,
}

/// Whom the catalog was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The entity of this name.
    Ref(EntityRef),
    /// Entities with these fields.
    Filter(EntityFilter),
}

impl ResolverChain {
    /// Decides as [`SignInResolver::resolve`](super::SignInResolver::resolve)
    /// does, and tells each resolver's part in it, in their order.
    pub async fn explain(&self, info: &SignInInfo, context: &ResolverContext) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        let mut decided = false;
        for resolver in self.resolvers() {
            let name = resolver.name().to_owned();
            if decided {
                attempts.push(Attempt::not_made(name));
                continue;
            }
            let asked = Arc::new(Asked::over(context.catalog.clone()));
            let context = context.with_catalog(asked.clone());
            let outcome = match Step::of(&**resolver, info, &context).await {
                Step::Resolved(identity) => Outcome::Resolved(identity),
                Step::Passed(error) => Outcome::Passed(error),
                Step::Refused(error) => Outcome::Refused(error),
            };
            decided = !matches!(outcome, Outcome::Passed(_));
            attempts.push(Attempt {
                resolver: name,
                look_ups: asked.take(),
                outcome,
            });
        }
        attempts
    }
}

impl ResolverChain {
    /// What there is to tell when none is asked, because who signs in is not
    /// let in ([`crate::Admission`]).
    #[must_use]
    pub fn not_asked(&self) -> Vec<Attempt> {
        let names = self.resolvers().iter().map(|it| it.name().to_owned());
        names.map(Attempt::not_made).collect()
    }
}

impl Attempt {
    fn not_made(resolver: String) -> Self {
        Self {
            resolver,
            look_ups: Vec::new(),
            outcome: Outcome::NotAsked,
        }
    }
}

/// A catalog that remembers what it was asked.
struct Asked {
    catalog: Arc<dyn Catalog>,
    look_ups: Mutex<Vec<LookUp>>,
}

impl Asked {
    fn over(catalog: Arc<dyn Catalog>) -> Self {
        Self {
            catalog,
            look_ups: Mutex::default(),
        }
    }

    fn remember(&self, question: Question, found: Option<usize>) {
        let mut look_ups = self.look_ups.lock().unwrap_or_else(PoisonError::into_inner);
        look_ups.push(LookUp { question, found });
    }

    fn take(&self) -> Vec<LookUp> {
        std::mem::take(&mut *self.look_ups.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Catalog for Asked {
    async fn entity_by_ref(&self, entity_ref: &EntityRef) -> Result<Option<Entity>, CatalogError> {
        let answer = self.catalog.entity_by_ref(entity_ref).await;
        let found = answer.as_ref().ok().map(|found| found.iter().count());
        self.remember(Question::Ref(entity_ref.clone()), found);
        answer
    }

    async fn entities_by_filter(&self, filter: &EntityFilter) -> Result<Vec<Entity>, CatalogError> {
        let answer = self.catalog.entities_by_filter(filter).await;
        let found = answer.as_ref().ok().map(Vec::len);
        self.remember(Question::Filter(filter.clone()), found);
        answer
    }
}

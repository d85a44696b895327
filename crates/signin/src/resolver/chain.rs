//! Resolvers in a row.

use std::sync::Arc;

use async_trait::async_trait;
use stagedoor_identity::BackstageIdentity;

use super::{ResolveError, ResolverContext, SignInInfo, SignInResolver};
use crate::traces::{TRACE, came_to};

/// Resolvers tried in order, the first that finds someone decides.
pub struct ResolverChain(Vec<Arc<dyn SignInResolver>>);

impl ResolverChain {
    /// The chain over `resolvers`.
    #[must_use]
    pub fn new(resolvers: Vec<Arc<dyn SignInResolver>>) -> Self {
        Self(resolvers)
    }

    pub(super) fn resolvers(&self) -> &[Arc<dyn SignInResolver>] {
        &self.0
    }
}

/// What one resolver's answer means for the chain.
pub(super) enum Step {
    Resolved(BackstageIdentity),
    Passed(ResolveError),
    Refused(ResolveError),
}

impl Step {
    #[tracing::instrument(target = TRACE, level = "debug", name = "resolver", skip_all, fields(resolver = resolver.name(), outcome))]
    pub(super) async fn of(
        resolver: &dyn SignInResolver,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Self {
        let (step, outcome) = match resolver.resolve(info, context).await {
            Ok(identity) => (Self::Resolved(identity), "resolved"),
            Err(error) if error.lets_next_try() => (Self::Passed(error), "passed"),
            Err(error) => (Self::Refused(error), "refused"),
        };
        came_to(outcome);
        step
    }
}

#[async_trait]
impl SignInResolver for ResolverChain {
    fn name(&self) -> &'static str {
        "chain"
    }

    async fn resolve(
        &self,
        info: &SignInInfo,
        context: &ResolverContext,
    ) -> Result<BackstageIdentity, ResolveError> {
        for resolver in &self.0 {
            match Step::of(&**resolver, info, context).await {
                Step::Resolved(identity) => {
                    context.was_decided_by(resolver.name());
                    return Ok(identity);
                }
                Step::Passed(error) => {
                    tracing::debug!(resolver = resolver.name(), %error, "passed");
                }
                Step::Refused(error) => {
                    context.was_decided_by(resolver.name());
                    return Err(error);
                }
            }
        }
        Err(ResolveError::NobodyResolved)
    }
}

#[cfg(test)]
mod tests;

//! From groups that a provider lists to what somebody owns through.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::Value;
use stagedoor_claims::{ClaimPath, GroupClaim, NotAName};
use stagedoor_identity::EntityRef;

use crate::resolver::SignInInfo;

/// How many entities one person owns through by their claims. A token with
/// more would be too long anyway (contract §9).
const MAX_REFS: usize = 1_000;

/// The claims that list groups: the `signIn.groupClaims` of a provider. By
/// default none.
#[derive(Debug, Default)]
pub struct GroupClaims {
    rules: Vec<GroupClaim>,
    /// A warning is said once until the configuration changes.
    told: AtomicBool,
}

/// Something that somebody does not own through, although a claim lists it.
#[derive(Debug)]
pub struct LeftOut<'a> {
    /// The claim.
    pub claim: &'a ClaimPath,
    /// The value, where it is about a single one.
    pub value: Option<&'a Value>,
    /// Why.
    pub why: WhyLeftOut,
}

/// Why something is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhyLeftOut {
    /// It is made no entity.
    #[error(transparent)]
    NotAName(#[from] NotAName),
    /// There are too many.
    #[error("there are more than {MAX_REFS}: narrow them with `allow`")]
    TooMany,
    /// The provider names the claim, but not what is in it.
    #[error(
        "the provider left the claim out for being too long: let it send fewer groups, such as those that are assigned to the application, or roles"
    )]
    ByTheProvider,
}

impl GroupClaims {
    /// From `signIn.groupClaims`.
    #[must_use]
    pub fn new(rules: Vec<GroupClaim>) -> Self {
        let told = AtomicBool::new(false);
        Self { rules, told }
    }

    /// What somebody owns through, each once, in the order of the claims.
    /// `tell` is told what is left out.
    pub fn refs(&self, info: &SignInInfo, mut tell: impl FnMut(LeftOut<'_>)) -> Vec<EntityRef> {
        let mut refs = Vec::new();
        let mut seen = HashSet::new();
        for rule in &self.rules {
            let claim = &rule.claim;
            let mut left_out = |value, why| tell(LeftOut { claim, value, why });
            let Some(listed) = info.claim(claim) else {
                if info.leaves_out(claim) {
                    left_out(None, WhyLeftOut::ByTheProvider);
                }
                continue;
            };
            for (value, name) in rule.names(&listed) {
                match entity(rule, name) {
                    Ok(group) if seen.contains(&group) => {}
                    Ok(_) if refs.len() == MAX_REFS => {
                        left_out(None, WhyLeftOut::TooMany);
                        return refs;
                    }
                    Ok(group) => {
                        seen.insert(group.clone());
                        refs.push(group);
                    }
                    Err(why) => left_out(Some(value), why.into()),
                }
            }
        }
        refs
    }

    /// The same, telling the log.
    pub(crate) fn refs_of(&self, provider: &str, info: &SignInInfo) -> Vec<EntityRef> {
        self.refs(info, |LeftOut { claim, why, .. }| {
            // What a pattern leaves out is left out on purpose.
            let is_news = why != WhyLeftOut::NotAName(NotAName::NotAllowed)
                && !self.told.swap(true, Ordering::Relaxed);
            if is_news {
                tracing::warn!(
                    provider,
                    %claim,
                    reason = %why,
                    "not all groups can be owned through; see which with `stagedoor check --as`"
                );
            } else {
                tracing::debug!(provider, %claim, reason = %why, "a group is left out");
            }
        })
    }
}

fn entity(rule: &GroupClaim, name: Result<String, NotAName>) -> Result<EntityRef, NotAName> {
    EntityRef::try_new(&rule.kind, &rule.namespace, &name?).map_err(|_| NotAName::Impossible)
}

#[cfg(test)]
mod tests;

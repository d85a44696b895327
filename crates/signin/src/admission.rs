//! Who is let in at a provider at all, before it is asked who they are.

use stagedoor_claims::{ClaimPath, Requirement};

use crate::{
    ErrorName,
    resolver::{SignInInfo, built_in::AllowedDomains},
};

/// What everybody must meet at every sign-in and every refresh: the
/// `signIn.requireClaims` and `signIn.allowedDomains` of a provider. By default
/// nothing.
#[derive(Debug, Clone, Default)]
pub struct Admission {
    /// All of these must be met.
    pub require_claims: Vec<Requirement>,
    /// The domains of e-mail addresses that may be believed; open to all, with
    /// and without an address, unless it is set.
    pub allowed_domains: AllowedDomains,
}

/// One condition, and whether somebody meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The key in the configuration, such as `requireClaims[0]`.
    pub key: String,
    /// The claim that it is about.
    pub claim: Option<ClaimPath>,
    /// What it demands, for an operator.
    pub demand: String,
    /// Why it is not met; `None` when it is.
    pub unmet: Option<RefusalReason>,
    /// What to say of it in a log: its key and the claim it is about, and
    /// nothing that is in the claim.
    noted: String,
}

/// Somebody is not let in. `Display` is shown to them; the cause names the
/// conditions, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// What is shown.
    pub reason: RefusalReason,
    #[source]
    unmet: Unmet,
}

/// The conditions that are not met.
#[derive(Debug, thiserror::Error)]
#[error("not met: {0}")]
struct Unmet(String);

/// What somebody who is not let in is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    /// `requireClaims`
    #[error(
        "Your account at the identity provider may not sign in here. Try another account, or ask the people who run this site for access."
    )]
    ClaimRequired,
    /// `allowedDomains`, without an address that may be believed.
    #[error(
        "The identity provider vouches for no e-mail address of yours, and only people with an address of certain domains may sign in here."
    )]
    EmailRequired,
    /// `allowedDomains`
    #[error(
        "Only people with an e-mail address of certain domains may sign in here, and yours is of another. Try another account."
    )]
    DomainNotAllowed,
}

impl Admission {
    /// Lets somebody in, or not.
    ///
    /// # Errors
    /// When a condition is not met.
    pub fn check(&self, info: &SignInInfo) -> Result<(), Refusal> {
        let unmet: Vec<_> = self
            .conditions(info)
            .filter_map(|condition| Some((condition.unmet?, condition.noted)))
            .collect();
        let Some((reason, _)) = unmet.first() else {
            return Ok(());
        };
        let noted: Vec<_> = unmet.iter().map(|(_, noted)| noted.as_str()).collect();
        Err(Refusal {
            reason: *reason,
            unmet: Unmet(noted.join(", ")),
        })
    }

    /// Every condition, for an operator who asks why.
    pub fn conditions(&self, info: &SignInInfo) -> impl Iterator<Item = Condition> {
        let claims = self.require_claims.iter().enumerate();
        let claims = claims.map(move |(index, requirement)| of_claim(index, requirement, info));
        claims.chain(self.of_domain(info))
    }

    fn of_domain(&self, info: &SignInInfo) -> Option<Condition> {
        let domains = self.allowed_domains.listed()?;
        let unmet = match &info.profile.email {
            None => Some(RefusalReason::EmailRequired),
            Some(email) if self.allowed_domains.allows(email) => None,
            Some(_) => Some(RefusalReason::DomainNotAllowed),
        };
        Some(Condition {
            key: "allowedDomains".to_owned(),
            claim: None,
            demand: format!("verified e-mail address at {}", domains.join(" or ")),
            unmet,
            noted: "signIn.allowedDomains".to_owned(),
        })
    }
}

fn of_claim(index: usize, requirement: &Requirement, info: &SignInInfo) -> Condition {
    let claim = &requirement.claim;
    let left_out = info.leaves_out(claim);
    // What is left out is there, whatever it is.
    let is_met = !left_out && requirement.is_met_by(info.claim(claim).as_deref());
    let key = format!("requireClaims[{index}]");
    let mut noted = format!("signIn.{key} ({claim} {})", requirement.test.name());
    if left_out {
        noted.push_str(", which the provider left out for being too long");
    }
    Condition {
        key,
        claim: Some(claim.clone()),
        demand: requirement.to_string(),
        unmet: (!is_met).then_some(RefusalReason::ClaimRequired),
        noted,
    }
}

impl Refusal {
    /// Its name on the wire.
    pub(crate) const NAME: ErrorName = ErrorName::NotAllowedError;

    /// A stable, machine-readable reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.reason {
            RefusalReason::ClaimRequired => "claim_required",
            RefusalReason::EmailRequired => "email_required",
            RefusalReason::DomainNotAllowed => "domain_not_allowed",
        }
    }
}

//! The resolvers that configuration can name (contract §11).

mod claim;
mod email;
mod email_local_part;

pub use claim::{ClaimResolver, ClaimTarget};
pub use email::EmailMatchingUserEntityProfileEmail;
pub use email_local_part::EmailLocalPartMatchingUserEntityName;
use stagedoor_identity::EntityRef;

use super::{ResolveError, SignInInfo};

/// The e-mail domains people may sign in from; empty list: none, absent: all.
#[derive(Debug, Clone, Default)]
pub struct AllowedDomains(Option<Vec<String>>);

impl AllowedDomains {
    /// From the option `allowedDomains`.
    #[must_use]
    pub fn new(domains: Option<Vec<String>>) -> Self {
        Self(domains)
    }

    /// The domains, where not all are allowed.
    pub(crate) fn listed(&self) -> Option<&[String]> {
        self.0.as_deref()
    }

    /// Whether an address is of one of them.
    pub(crate) fn allows(&self, email: &str) -> bool {
        let domain = email.split_once('@').map_or("", |(_, domain)| domain);
        self.listed().is_none_or(|domains| {
            domains
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(domain))
        })
    }

    /// The address that somebody may be believed to have, if it is of one.
    fn address_of<'a>(&self, info: &'a SignInInfo) -> Result<&'a str, ResolveError> {
        let email = info.profile.email.as_deref();
        let email = email.ok_or(ResolveError::EmailMissing)?;
        if self.allows(email) {
            return Ok(email);
        }
        let message = "Sign-in user email is not from an allowed domain";
        Err(ResolveError::NotAllowed(message.to_owned()))
    }
}

/// The user called `name` in the default namespace. A name that would reach
/// into another kind or namespace is nobody's.
fn user_named(name: &str) -> Result<EntityRef, ResolveError> {
    if name.is_empty() || name.contains([':', '/']) {
        return Err(ResolveError::UserNotFound);
    }
    EntityRef::parse(&format!("user:default/{name}")).map_err(|_| ResolveError::UserNotFound)
}

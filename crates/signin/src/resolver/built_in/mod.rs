//! The resolvers that configuration can name (contract §11).

mod claim;
mod email;
mod email_local_part;

pub use claim::{ClaimResolver, ClaimTarget};
pub use email::EmailMatchingUserEntityProfileEmail;
pub use email_local_part::EmailLocalPartMatchingUserEntityName;
use stagedoor_identity::EntityRef;

use super::ResolveError;

/// The e-mail domains people may sign in from; empty list: none, absent: all.
#[derive(Debug, Clone, Default)]
pub struct AllowedDomains(Option<Vec<String>>);

impl AllowedDomains {
    /// From the option `allowedDomains`.
    #[must_use]
    pub fn new(domains: Option<Vec<String>>) -> Self {
        Self(domains)
    }

    fn check(&self, email: &str) -> Result<(), ResolveError> {
        let domain = email.split_once('@').map_or("", |(_, domain)| domain);
        match &self.0 {
            Some(domains)
                if !domains
                    .iter()
                    .any(|allowed| allowed.eq_ignore_ascii_case(domain)) =>
            {
                Err(ResolveError::NotAllowed(
                    "Sign-in user email is not from an allowed domain".to_owned(),
                ))
            }
            _ => Ok(()),
        }
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

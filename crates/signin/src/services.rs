//! Services that may manage sessions: those that `backend.auth.externalAccess`
//! lets in at the plugin `auth`, by name.

use aws_lc_rs::digest;
use secrecy::{ExposeSecret, SecretString};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// What a service may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicePermission {
    /// To see who has which sessions.
    ReadSessions,
    /// To end them.
    RevokeSessions,
}

impl ServicePermission {
    /// Its name, for `accessRestrictions[].permission`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadSessions => "stagedoor.sessions.read",
            Self::RevokeSessions => "stagedoor.sessions.revoke",
        }
    }

    /// Its attribute, for `accessRestrictions[].permissionAttribute.action`.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::ReadSessions => "read",
            Self::RevokeSessions => "delete",
        }
    }
}

/// A service that shows a token.
#[derive(Clone)]
pub struct Service {
    subject: String,
    token_hash: [u8; 32],
    permissions: Option<Vec<String>>,
    actions: Option<Vec<String>>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

impl Service {
    /// The service `subject`, known by `token`. `permissions` and `actions`
    /// restrict what it may; `None` does not.
    #[must_use]
    pub fn new(
        subject: &str,
        token: &SecretString,
        permissions: Option<Vec<String>>,
        actions: Option<Vec<String>>,
    ) -> Self {
        Self {
            subject: format!("external:{subject}"),
            token_hash: hash(token.expose_secret()),
            permissions,
            actions,
        }
    }

    /// Who it is, as Backstage names it: `external:` and the subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Whether it may.
    #[must_use]
    pub fn may(&self, permission: ServicePermission) -> bool {
        let allows = |listed: &Option<Vec<String>>, name: &str| {
            let listed = listed.as_ref();
            listed.is_none_or(|listed| listed.iter().any(|one| one == name))
        };
        allows(&self.permissions, permission.name()) && allows(&self.actions, permission.action())
    }
}

/// The services that are let in. None unless some are configured.
#[derive(Debug, Clone, Default)]
pub struct Services(Vec<Service>);

impl Services {
    /// These.
    #[must_use]
    pub fn new(services: Vec<Service>) -> Self {
        Self(services)
    }

    /// Whether none is let in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose `token` is. How long it takes does not depend on whose, or how
    /// much of it is right.
    #[must_use]
    pub fn identify(&self, token: &str) -> Option<&Service> {
        let hash = hash(token);
        let mut found = u32::MAX;
        for (index, service) in (0..u32::MAX).zip(&self.0) {
            let is_theirs: Choice = service.token_hash.ct_eq(&hash);
            found.conditional_assign(&index, is_theirs);
        }
        self.0.get(usize::try_from(found).ok()?)
    }
}

fn hash(token: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use ServicePermission::{ReadSessions, RevokeSessions};

    fn service(subject: &str, permissions: Option<&[&str]>, actions: Option<&[&str]>) -> Service {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let token = format!("the token of {subject}").into();
        Service::new(subject, &token, permissions.map(owned), actions.map(owned))
    }

    #[test]
    fn a_service_is_known_by_the_whole_of_its_token() {
        let services = Services::new(vec![service("ci", None, None), service("ops", None, None)]);
        let subject = |token| services.identify(token).map(Service::subject);
        assert_eq!(subject("the token of ci"), Some("external:ci"));
        assert_eq!(subject("the token of ops"), Some("external:ops"));
        for token in ["", "the token of", "the token of ci ", "THE TOKEN OF CI"] {
            assert_eq!(subject(token), None, "{token}");
        }
        assert!(Services::default().identify("").is_none());
        assert!(!format!("{services:?}").contains("hash"));
    }

    #[test]
    fn restrictions_restrict() {
        let may = |service: Service| (service.may(ReadSessions), service.may(RevokeSessions));
        assert_eq!(may(service("a", None, None)), (true, true));
        let read = ["catalog.entity.read", "stagedoor.sessions.read"];
        assert_eq!(may(service("a", Some(&read), None)), (true, false));
        assert_eq!(may(service("a", None, Some(&["delete"]))), (false, true));
        let nothing = service("a", Some(&read), Some(&["delete"]));
        assert_eq!(may(nothing), (false, false));
        assert_eq!(may(service("a", Some(&[]), None)), (false, false));
    }
}

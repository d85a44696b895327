//! Sign-outs that were asked for (OpenID Connect RP-Initiated Logout 1.0).

use url::Url;

use crate::Person;

/// A sign-out that was asked for and makes sense.
#[derive(Debug, Clone)]
pub(crate) struct SignOut {
    pub(crate) hint: Option<Hint>,
    /// A registered URI, with the state to bring back.
    pub(crate) return_to: Option<Url>,
}

/// What an ID token of this provider says about whose sign-out it is.
#[derive(Debug, Clone)]
pub(crate) struct Hint {
    pub(crate) subject: String,
    pub(crate) client_id: String,
    pub(crate) sid: String,
}

impl SignOut {
    /// Whether an ID token says that it is this person's.
    pub(crate) fn is_about(&self, person: &Person) -> bool {
        self.hint
            .as_ref()
            .is_some_and(|hint| hint.subject == person.sub)
    }
}

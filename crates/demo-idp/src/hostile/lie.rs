//! One lie, told wherever it belongs.

use std::fmt;

use serde_json::{Map, Value};

use crate::Misbehave;

/// A JSON object: a document, a header, claims.
pub type Members = Map<String, Value>;

type OnMembers = Box<dyn Fn(&mut Members) + Send + Sync>;
type OnToken = Box<dyn Fn(&mut Members, &mut Members) + Send + Sync>;
type OnText = Box<dyn Fn(&mut String) + Send + Sync>;
type OnPairs = Box<dyn Fn(&mut Vec<(String, String)>) + Send + Sync>;

/// What a provider changes in its otherwise correct answers.
///
/// Each method adds a change to one answer; a second one to the same answer
/// replaces the first.
#[derive(Default)]
pub struct Lie {
    discovery: Option<OnMembers>,
    jwks: Option<OnMembers>,
    callback: Option<OnPairs>,
    id_token: Option<OnToken>,
    signed_id_token: Option<OnText>,
    token_response: Option<OnMembers>,
    userinfo: Option<OnMembers>,
}

macro_rules! about {
    ($(#[$doc:meta])* $name:ident($($argument:ty),+)) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, change: impl Fn($($argument),+) + Send + Sync + 'static) -> Self {
            self.$name = Some(Box::new(change));
            self
        }
    };
}

impl Lie {
    /// The truth, to which lies can be added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    about! {
        /// Changes the discovery document.
        discovery(&mut Members)
    }
    about! {
        /// Changes the key set.
        jwks(&mut Members)
    }
    about! {
        /// Changes the parameters sent back with the browser.
        callback(&mut Vec<(String, String)>)
    }
    about! {
        /// Changes header and claims of an ID token before they are signed.
        id_token(&mut Members, &mut Members)
    }
    about! {
        /// Changes the ID token once signed.
        signed_id_token(&mut String)
    }
    about! {
        /// Changes the token endpoint's successful answer.
        token_response(&mut Members)
    }
    about! {
        /// Changes the userinfo endpoint's successful answer.
        userinfo(&mut Members)
    }
}

impl fmt::Debug for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lie").finish_non_exhaustive()
    }
}

impl Misbehave for Lie {
    fn discovery(&self, document: &mut Members) {
        self.discovery.iter().for_each(|change| change(document));
    }

    fn jwks(&self, keys: &mut Members) {
        self.jwks.iter().for_each(|change| change(keys));
    }

    fn callback(&self, parameters: &mut Vec<(String, String)>) {
        self.callback.iter().for_each(|change| change(parameters));
    }

    fn id_token(&self, header: &mut Members, claims: &mut Members) {
        self.id_token
            .iter()
            .for_each(|change| change(header, claims));
    }

    fn signed_id_token(&self, token: &mut String) {
        self.signed_id_token.iter().for_each(|change| change(token));
    }

    fn token_response(&self, response: &mut Members) {
        self.token_response
            .iter()
            .for_each(|change| change(response));
    }

    fn userinfo(&self, claims: &mut Members) {
        self.userinfo.iter().for_each(|change| change(claims));
    }
}

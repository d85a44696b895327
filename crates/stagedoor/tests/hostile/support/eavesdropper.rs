//! Listens to what the provider gives, lies or not: no browser that is refused
//! may see any of it, and no log.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use stagedoor_demo_idp::{Misbehave, hostile::Lie};

/// The secrets the provider has given so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn add(&self, secret: &str) {
        // Shorter ones are found anywhere.
        if secret.len() >= 8 {
            self.0.lock().unwrap().push(secret.to_owned());
        }
    }
}

/// A lie, overheard.
#[derive(Debug)]
pub(crate) struct Eavesdropper {
    pub(crate) lie: Lie,
    pub(crate) heard: Heard,
}

impl Misbehave for Eavesdropper {
    fn discovery(&self, document: &mut Map<String, Value>) {
        Misbehave::discovery(&self.lie, document);
    }

    fn jwks(&self, keys: &mut Map<String, Value>) {
        Misbehave::jwks(&self.lie, keys);
    }

    fn callback(&self, parameters: &mut Vec<(String, String)>) {
        let code = |(name, value): &(String, String)| {
            if name == "code" {
                self.heard.add(value);
            }
        };
        parameters.iter().for_each(code);
        Misbehave::callback(&self.lie, parameters);
    }

    fn id_token(&self, header: &mut Map<String, Value>, claims: &mut Map<String, Value>) {
        Misbehave::id_token(&self.lie, header, claims);
    }

    fn signed_id_token(&self, token: &mut String) {
        Misbehave::signed_id_token(&self.lie, token);
    }

    fn token_response(&self, response: &mut Map<String, Value>) {
        for name in ["access_token", "refresh_token", "id_token"] {
            self.heard.add(
                response
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
            );
        }
        Misbehave::token_response(&self.lie, response);
    }

    fn userinfo(&self, claims: &mut Map<String, Value>) {
        Misbehave::userinfo(&self.lie, claims);
    }
}

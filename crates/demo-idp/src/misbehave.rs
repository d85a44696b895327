//! Where a provider can be made to answer wrongly.

use std::fmt;

use serde_json::{Map, Value};

/// Changes answers just before they leave, so that tests can be a provider
/// that lies. Every method does nothing unless it is overridden.
pub trait Misbehave: fmt::Debug + Send + Sync + 'static {
    /// The discovery document.
    fn discovery(&self, _document: &mut Map<String, Value>) {}
    /// The key set.
    fn jwks(&self, _keys: &mut Map<String, Value>) {}
    /// The parameters sent back to the relying party's redirect URI.
    fn callback(&self, _parameters: &mut Vec<(String, String)>) {}
    /// Header and claims of an ID token, before they are signed.
    fn id_token(&self, _header: &mut Map<String, Value>, _claims: &mut Map<String, Value>) {}
    /// The ID token once signed.
    fn signed_id_token(&self, _token: &mut String) {}
    /// The token endpoint's successful answer.
    fn token_response(&self, _response: &mut Map<String, Value>) {}
    /// The userinfo endpoint's successful answer.
    fn userinfo(&self, _claims: &mut Map<String, Value>) {}
}

/// No misbehaviour at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Behave;

impl Misbehave for Behave {}

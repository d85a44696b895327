//! Which programs may ask.

use std::collections::BTreeMap;

/// `stagedoor.nativeClients`: the programs that may ask people to sign in, by
/// their `client_id`. None, unless the operator names some: each is a way to
/// long-lived tokens outside the browser.
#[derive(Debug, Clone, Default)]
pub struct NativeClients(BTreeMap<String, String>);

impl NativeClients {
    /// `client_id`s, each with what people read of it.
    #[must_use]
    pub fn new(clients: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(clients.into_iter().collect())
    }

    /// Whether there are none: then all of this is off.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What people read of the program with that `client_id`.
    #[must_use]
    pub fn title(&self, client_id: &str) -> Option<&str> {
        self.0.get(client_id).map(String::as_str)
    }
}

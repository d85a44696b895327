//! What every route can reach.

use std::sync::Arc;

use stagedoor_signin::{SignIn, tokens::KeyRing};

use crate::settings::ServerSettings;

/// The parts behind the door.
#[derive(Clone)]
pub struct AppState {
    /// The flows.
    pub sign_in: Arc<SignIn>,
    /// The keys of plugin tokens, published for other plugins.
    pub plugin_keys: Arc<KeyRing>,
    /// How the server presents itself.
    pub settings: Arc<ServerSettings>,
}

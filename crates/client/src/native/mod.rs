//! Sign-in for programs on people's own machines: through the system's browser
//! and a redirect to a loopback address, with PKCE (RFC 8252).
//!
//! The operator has to name the program in `stagedoor.nativeClients`.

mod browser;
mod connector;
mod file_store;
mod listener;
mod oauth2;
mod page;
mod pkce;
mod request_head;
mod store;
mod token_endpoint;

pub use browser::{Browser, SystemBrowser};
pub use connector::{LoopbackAuthConnector, LoopbackOptions};
pub use file_store::FileSessionStore;
pub use oauth2::OAuth2Options;
pub use store::{MemorySessionStore, OpenSessionStore, SessionStore, StoredSession};

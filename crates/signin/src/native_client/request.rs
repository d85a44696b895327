//! What a program has asked for.

use serde::{Deserialize, Serialize};

use super::{CodeChallenge, LoopbackRedirect};

/// A request that can be granted, should a person agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRequest {
    pub(crate) client: String,
    pub(crate) redirect: LoopbackRedirect,
    pub(crate) challenge: CodeChallenge,
    pub(crate) state: String,
    pub(crate) scope: Option<String>,
}

impl ClientRequest {
    /// The `client_id`.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }
}

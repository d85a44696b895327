//! The usual flow, for a program.

use super::ClientRequest;
use crate::{FlowId, Provider, SignIn, SignInError, StartRequest, Started};

impl SignIn {
    /// Starts the flow that ends with an answer to `request`.
    ///
    /// # Errors
    /// As [`SignIn::start`], and for a provider that gives no Backstage token.
    pub async fn start_for_client(
        &self,
        request: ClientRequest,
        provider: &str,
        environment: Option<&str>,
        another_account: bool,
        open_flows: Vec<FlowId>,
    ) -> Result<Started, SignInError> {
        let found = self.live().providers.find(provider, environment)?;
        if !found.serves_clients() {
            return Err(SignInError::NoBackstageIdentity);
        }
        let scope = request.scope.clone();
        let start = StartRequest {
            provider,
            environment,
            scope: scope.as_deref(),
            another_account,
            open_flows,
            ..StartRequest::default()
        };
        self.start_for(start, Some(request)).await
    }
}

impl Provider {
    /// Whether programs can sign people in with it: what they get is a
    /// Backstage token.
    #[must_use]
    pub fn serves_clients(&self) -> bool {
        self.resolver.is_some()
    }
}

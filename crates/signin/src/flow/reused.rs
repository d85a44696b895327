//! A secret of a session's past is presented: by a thief, or by whom it was
//! stolen from. There is no telling which, so the session ends for both.

use std::sync::Arc;

use stagedoor_storage::SessionRecord;
use tracing::Instrument;

use super::logout::tell_of_logout;
use crate::{SignIn, SignInError, audit, provider::Provider, session::SessionTokens};

impl SignIn {
    /// Ends the session, on all nodes. One that ended meanwhile is no event.
    pub(super) async fn end_reused(
        &self,
        provider: &Arc<Provider>,
        session: &SessionRecord,
        tokens: &SessionTokens,
    ) -> Result<(), SignInError> {
        if !self.storage.delete_session(session.id).await? {
            return Ok(());
        }
        audit::session_secret_reused(session);
        if let Some(token) = tokens.tokenset.refresh_token.clone() {
            let provider = provider.clone();
            let telling = async move { tell_of_logout(&provider, &token).await };
            tokio::spawn(telling.in_current_span());
        }
        Ok(())
    }
}

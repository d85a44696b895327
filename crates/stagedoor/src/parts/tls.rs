//! `backend.https` → TLS.

use stagedoor_config::{Backend, Https};
use stagedoor_server::Tls;

use crate::StartError;

/// What is served, where it is asked for.
pub(crate) fn tls(backend: &Backend) -> Result<Option<Tls>, StartError> {
    Ok(match &backend.https {
        None => None,
        Some(Https::SelfSigned) => {
            tracing::warn!(
                "backend.https: true serves a certificate made on the spot, which no browser trusts"
            );
            Some(Tls::self_signed(
                backend.base_url.host_str().unwrap_or("localhost"),
            )?)
        }
        Some(Https::Certificate { cert, key }) => Some(Tls::from_pem(cert, key)?),
    })
}

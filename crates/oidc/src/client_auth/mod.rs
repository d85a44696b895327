//! How the client proves itself (Core §9). Each method is one function that
//! adds to a request; further methods fit beside them.

mod assertion;
mod basic;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use stagedoor_ambient::Entropy;

use crate::{
    discovery::ProviderMetadata,
    error::OidcError,
    http::FormRequest,
    query::Parameter,
    settings::{ClientAuthMethod, ClientSettings},
};

/// The client that proves itself, where, and when.
pub(crate) struct Client<'a> {
    pub(crate) settings: &'a ClientSettings,
    pub(crate) metadata: &'a ProviderMetadata,
    /// Whether its connections show a certificate of its own.
    pub(crate) has_certificate: bool,
    pub(crate) now: Timestamp,
    pub(crate) entropy: &'a dyn Entropy,
}

/// Adds to `request` what the configured method asks for.
///
/// # Errors
/// [`OidcError::Misconfigured`] when the method needs a secret or a key and
/// there is none, or [`OidcError::NoEntropy`].
pub(crate) fn authenticate<'a>(
    request: &mut FormRequest<'a>,
    client: &Client<'a>,
) -> Result<(), OidcError> {
    let settings = client.settings;
    let client_id: Parameter<'a> = ("client_id", settings.client_id.as_str().into());
    match settings.auth_method {
        ClientAuthMethod::ClientSecretBasic => {
            request.authorization = Some(basic::basic(&settings.client_id, secret(settings)?));
        }
        ClientAuthMethod::ClientSecretPost => {
            request.set(client_id);
            request.set(("client_secret", secret(settings)?.into()));
        }
        ClientAuthMethod::ClientSecretJwt => {
            request.set(client_id);
            assertion::by_secret(request, client, secret(settings)?)?;
        }
        ClientAuthMethod::PrivateKeyJwt => {
            request.set(client_id);
            assertion::by_key(request, client)?;
        }
        ClientAuthMethod::TlsClientAuth | ClientAuthMethod::SelfSignedTlsClientAuth => {
            has_a_certificate(client)?;
            request.set(client_id);
        }
        ClientAuthMethod::None => request.set(client_id),
    }
    Ok(())
}

/// RFC 8705 §2: the certificate is in the connection, the body names its owner.
fn has_a_certificate(client: &Client<'_>) -> Result<(), OidcError> {
    if client.has_certificate {
        return Ok(());
    }
    let method = client.settings.auth_method;
    let reason = format!("{method} needs the client's certificate and its private key");
    Err(OidcError::misconfigured(reason))
}

fn secret(settings: &ClientSettings) -> Result<&str, OidcError> {
    let secret = settings.client_secret.as_ref().ok_or_else(|| {
        let reason = format!("{} needs a client secret", settings.auth_method);
        OidcError::misconfigured(reason)
    })?;
    Ok(secret.expose_secret())
}

//! Discovery and keys: reachable, and from the issuer they should be from.

use std::sync::Arc;

use stagedoor_oidc::{OidcError, ProviderMetadata, RelyingParty, Violation};

use super::shown;
use crate::check::Finding;

const DISCOVERY: &str = "discovery";
const KEYS: &str = "keys";

/// The provider's metadata, where it can be used.
pub(super) async fn check(client: &RelyingParty) -> (Option<Arc<ProviderMetadata>>, Vec<Finding>) {
    let metadata = match client.metadata().await {
        Ok(metadata) => metadata,
        Err(error) => return (None, vec![failure(DISCOVERY, client, &error)]),
    };
    let issuer = Finding::ok(DISCOVERY, format!("issuer {}", metadata.issuer));
    // Metadata is kept by now: what fails is the fetch of the keys.
    let keys = match client.keep_current().await {
        Ok(()) => Finding::ok(KEYS, "can be fetched"),
        Err(error) => failure(KEYS, client, &error),
    };
    (Some(metadata), vec![issuer, keys])
}

fn failure(check: &'static str, client: &RelyingParty, error: &OidcError) -> Finding {
    let metadata_url = shown(&client.settings().metadata_url);
    let todo = match error {
        OidcError::Invalid(Violation::IssuerMismatch { got, .. }) => {
            format!("set metadataUrl to the issuer's own spelling, '{got}', if that is the provider you mean")
        }
        OidcError::Invalid(_) => "the provider has to put that right".to_owned(),
        OidcError::Misconfigured { .. } => "correct metadataUrl".to_owned(),
        _ => "is metadataUrl right, and can it be reached from here? Proxies are taken from HTTPS_PROXY and NO_PROXY"
            .to_owned(),
    };
    let what = match error {
        // Names the URL itself.
        OidcError::Unavailable { .. } => error.to_string(),
        _ => format!("{metadata_url}: {error}"),
    };
    Finding::failure(check, what, todo)
}

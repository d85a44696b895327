//! `tokenSignedResponseAlg`: among those the provider signs with.

use stagedoor_oidc::{ProviderMetadata, SigningAlg};

use crate::check::Finding;

const CHECK: &str = "algorithm";

pub(super) fn check(expected: SigningAlg, metadata: &ProviderMetadata) -> Finding {
    let offered = &metadata.id_token_signing_alg_values_supported;
    if offered.is_empty() {
        return Finding::warning(
            CHECK,
            format!(
                "the provider does not say what it signs ID tokens with; {expected} is expected"
            ),
            "if sign-ins fail, set tokenSignedResponseAlg to what it uses",
        );
    }
    if offered.iter().any(|name| name == expected.as_str()) {
        return Finding::ok(CHECK, format!("{expected} is offered"));
    }
    let usable = offered
        .iter()
        .find_map(|name| name.parse::<SigningAlg>().ok());
    Finding::failure(
        CHECK,
        format!(
            "{expected} is expected, and the provider signs ID tokens with {} only",
            offered.join(", ")
        ),
        match usable {
            Some(usable) => {
                format!("set tokenSignedResponseAlg: {usable}, or change it at the provider")
            }
            None => format!("let the provider sign this client's ID tokens with {expected}"),
        },
    )
}

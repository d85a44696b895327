//! `tokenEndpointAuthMethod`: among those the provider takes.

use stagedoor_oidc::{ClientAuthMethod, ProviderMetadata};

use crate::check::Finding;

const CHECK: &str = "client authentication";

pub(super) fn check(method: ClientAuthMethod, metadata: &ProviderMetadata) -> Finding {
    // The default of Discovery §3.
    let default = [ClientAuthMethod::ClientSecretBasic.to_string()];
    let offered = match metadata.token_endpoint_auth_methods_supported.as_slice() {
        [] => &default,
        offered => offered,
    };
    if offered.iter().any(|name| name == method.as_str()) {
        return Finding::ok(CHECK, format!("{method} is offered"));
    }
    let what = format!(
        "{method} is used, and the provider lists only {}",
        offered.join(", ")
    );
    // Many providers have public clients and don't list it.
    if method == ClientAuthMethod::None {
        let todo = "is the client registered as a public one, without a secret?";
        return Finding::warning(CHECK, what, todo);
    }
    let usable = offered
        .iter()
        .find_map(|name| name.parse::<ClientAuthMethod>().ok())
        .filter(|usable| *usable != ClientAuthMethod::None);
    Finding::failure(
        CHECK,
        what,
        match usable {
            Some(usable) => format!("set tokenEndpointAuthMethod: {usable}"),
            None => "Stagedoor has none of these: the provider has to offer another one".to_owned(),
        },
    )
}

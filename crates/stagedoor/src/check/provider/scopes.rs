//! Scopes: none that the provider has never heard of.

use stagedoor_oidc::ProviderMetadata;

use crate::check::Finding;

/// What every request asks for.
const REQUIRED: [&str; 3] = ["openid", "profile", "email"];

pub(super) fn check(additional: &[String], metadata: &ProviderMetadata) -> Option<Finding> {
    let offered = &metadata.scopes_supported;
    if offered.is_empty() {
        return None;
    }
    let asked = REQUIRED
        .into_iter()
        .chain(additional.iter().map(String::as_str));
    let unknown: Vec<_> = asked
        .filter(|scope| !offered.iter().any(|known| known == scope))
        .collect();
    Some(if unknown.is_empty() {
        Finding::ok("scopes", "all that are asked for are offered")
    } else {
        Finding::warning(
            "scopes",
            format!("the provider does not list {}", unknown.join(", ")),
            "some providers refuse a sign-in that asks for more than they list: try one",
        )
    })
}

//! `auth.providers.<id>.<environment>.issuer`.

use url::Url;

use crate::reading::Section;

/// What stands for the tenant of a token.
const TENANT: &str = "{tenantid}";

/// `issuer`: a URL but for the tenant, kept as it is written.
pub(super) fn read_issuer(section: &Section<'_>) -> Option<String> {
    let field = section.get("issuer")?;
    let text = field.str()?;
    let of_a_tenant = text.replacen(TENANT, "tenant", 1);
    let is_issuer = Url::parse(&of_a_tenant).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
    });
    if is_issuer && !of_a_tenant.contains(['{', '}']) {
        return Some(text.to_owned());
    }
    field.wrong("an http:// or https:// URL, perhaps with `{tenantid}` in its path")
}

/// An address nobody verified, in a tenant that anybody can set up, proves nothing.
pub(super) fn warn_of_everybodys_email(section: &Section<'_>) {
    let Some(field) = section.get("dangerouslyTrustUnverifiedEmail") else {
        return;
    };
    let issuer = section.get("issuer").and_then(|issuer| issuer.as_text());
    if issuer.is_some_and(|issuer| issuer.contains(TENANT)) {
        let message = "with an `issuer` for every tenant, anybody can set up a tenant of their own and give themselves any email in it";
        field.warn(
            field
                .problem(message)
                .with_help("resolve users by another claim, or set the `issuer` of one tenant"),
        );
    }
}

//! `auth.providers.<id>.<environment>.signIn`: who may sign in, and who they are.

use stagedoor_claims::{GroupClaim, Requirement};

use super::{
    Known, Resolver,
    claim_path::{if_written, one_or_more},
    group_claim::read_group_claim,
    requirement::read_requirement,
};
use crate::reading::{Field, Section};

const KEYS: [&str; 4] = [
    "allowedDomains",
    "groupClaims",
    "requireClaims",
    "resolvers",
];

/// Who may sign in, who they are, and what they own through.
#[derive(Debug, Clone, Default)]
pub struct SignInSettings {
    /// `resolvers`; without any, the provider gives access tokens only.
    pub resolvers: Vec<Resolver>,
    /// `requireClaims`, ours: all must be met at every sign-in and refresh.
    pub require_claims: Vec<Requirement>,
    /// `allowedDomains`, ours: of verified email addresses; `None` is all, also
    /// without an address.
    pub allowed_domains: Option<Vec<String>>,
    /// `groupClaims`, ours: what people own through beside what the catalog
    /// says.
    pub group_claims: Vec<GroupClaim>,
}

impl SignInSettings {
    pub(super) fn read(environment: &Section<'_>, known: &Known) -> Self {
        let section = environment.section("signIn");
        section.warn_of_typos(&KEYS, &[]);
        Self {
            resolvers: list(section.get("resolvers"), |resolver| {
                Resolver::read(resolver, &known.resolvers)
            }),
            require_claims: list(if_written(&section, "requireClaims"), read_requirement),
            allowed_domains: if_written(&section, "allowedDomains")
                .and_then(|field| one_or_more(&field, "a domain, or a list of them", domain)),
            group_claims: list(if_written(&section, "groupClaims"), read_group_claim),
        }
    }
}

fn list<T>(field: Option<Field<'_>>, read: impl Fn(&Section<'_>) -> Option<T>) -> Vec<T> {
    let items = field.and_then(|field| field.sections()).unwrap_or_default();
    items.iter().filter_map(read).collect()
}

/// What stands behind the `@`, and that alone: subdomains are other domains.
fn domain(field: &Field<'_>) -> Option<String> {
    let text = field.str()?;
    let is_domain = !text
        .contains(|c: char| c.is_whitespace() || matches!(c, '@' | '*' | '/' | ','))
        && text.split('.').all(|label| !label.is_empty());
    if is_domain {
        return Some(text.to_owned());
    }
    let problem = field.problem(format!(
        "found {}, expected a domain of email addresses",
        field.described()
    ));
    field.error(
        problem.with_help("write it alone, such as `example.com`, each in an item of its own"),
    )
}

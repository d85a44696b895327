//! `signIn.resolvers`: from claims to a user (contract §11).

use std::fmt;

use stagedoor_claims::ClaimPath;

use super::claim_path::claim_path;
use crate::{
    problem::{nearest, one_of},
    reading::{Field, Section},
};

/// A sign-in resolver with its options.
///
/// `allow_without_catalog_user` is `dangerouslyAllowSignInWithoutUserInCatalog`:
/// who is not in the catalog may sign in all the same.
#[derive(Clone, PartialEq)]
pub enum Resolver {
    /// `emailMatchingUserEntityProfileEmail`.
    EmailMatchingUserEntityProfileEmail {
        /// `allowedDomains`: email domains that may sign in; `None` is all.
        allowed_domains: Option<Vec<String>>,
        /// See [`Resolver`].
        allow_without_catalog_user: bool,
    },
    /// `emailLocalPartMatchingUserEntityName`.
    EmailLocalPartMatchingUserEntityName {
        /// `allowedDomains`: email domains that may sign in; `None` is all.
        allowed_domains: Option<Vec<String>>,
        /// See [`Resolver`].
        allow_without_catalog_user: bool,
    },
    /// `preferredUsernameMatchingUserEntityName`.
    PreferredUsernameMatchingUserEntityName {
        /// See [`Resolver`].
        allow_without_catalog_user: bool,
    },
    /// `oidcSubClaimMatchingKeycloakUserId`: annotation `keycloak.org/id`.
    OidcSubClaimMatchingKeycloakUserId,
    /// `oidcSubClaimMatchingPingIdentityUserId`: annotation `pingidentity.org/id`.
    OidcSubClaimMatchingPingIdentityUserId,
    /// `claimMatchingUserEntityAnnotation`.
    ClaimMatchingUserEntityAnnotation {
        /// `claim`: the claim to go by.
        claim: ClaimPath,
        /// `annotation`: the annotation that holds the claim's value.
        annotation: String,
        /// See [`Resolver`].
        allow_without_catalog_user: bool,
    },
    /// `claimMatchingUserEntityName`.
    ClaimMatchingUserEntityName {
        /// `claim`: the claim to go by.
        claim: ClaimPath,
        /// See [`Resolver`].
        allow_without_catalog_user: bool,
    },
    /// `claimMatchingUserEntityFilter`.
    ClaimMatchingUserEntityFilter {
        /// `claim`: the claim to go by.
        claim: ClaimPath,
        /// `filter`: the key in the entity that holds the claim's value, such
        /// as `spec.profile.email`.
        filter: String,
        /// See [`Resolver`].
        allow_without_catalog_user: bool,
    },
    /// One that is registered in code.
    Custom {
        /// The name it is registered under.
        name: String,
        /// All other keys, an object. Secrets from the environment included, so
        /// not to be shown.
        options: serde_json::Value,
    },
}

const NAMES: [&str; 8] = [
    "emailMatchingUserEntityProfileEmail",
    "emailLocalPartMatchingUserEntityName",
    "preferredUsernameMatchingUserEntityName",
    "oidcSubClaimMatchingKeycloakUserId",
    "oidcSubClaimMatchingPingIdentityUserId",
    "claimMatchingUserEntityAnnotation",
    "claimMatchingUserEntityName",
    "claimMatchingUserEntityFilter",
];

const DOMAINS: &str = "allowedDomains";
const WITHOUT_USER: &str = "dangerouslyAllowSignInWithoutUserInCatalog";

/// Names it only: the options of a custom one may hold secrets.
impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Resolver").field(&self.name()).finish()
    }
}

impl Resolver {
    /// The name it has in a configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::EmailMatchingUserEntityProfileEmail { .. } => NAMES[0],
            Self::EmailLocalPartMatchingUserEntityName { .. } => NAMES[1],
            Self::PreferredUsernameMatchingUserEntityName { .. } => NAMES[2],
            Self::OidcSubClaimMatchingKeycloakUserId => NAMES[3],
            Self::OidcSubClaimMatchingPingIdentityUserId => NAMES[4],
            Self::ClaimMatchingUserEntityAnnotation { .. } => NAMES[5],
            Self::ClaimMatchingUserEntityName { .. } => NAMES[6],
            Self::ClaimMatchingUserEntityFilter { .. } => NAMES[7],
            Self::Custom { name, .. } => name,
        }
    }

    pub(super) fn read(section: &Section<'_>, custom: &[String]) -> Option<Self> {
        let field = section.required("resolver", &["name", "type"])?;
        let name = field.str()?;
        if custom.iter().any(|known| known == name) {
            return Some(Self::Custom {
                name: name.to_owned(),
                options: section.to_json_without("resolver"),
            });
        }
        match name {
            "emailMatchingUserEntityProfileEmail" => {
                let (allowed_domains, allow_without_catalog_user) = email_options(section);
                Some(Self::EmailMatchingUserEntityProfileEmail {
                    allowed_domains,
                    allow_without_catalog_user,
                })
            }
            "emailLocalPartMatchingUserEntityName" => {
                let (allowed_domains, allow_without_catalog_user) = email_options(section);
                Some(Self::EmailLocalPartMatchingUserEntityName {
                    allowed_domains,
                    allow_without_catalog_user,
                })
            }
            "preferredUsernameMatchingUserEntityName" => {
                section.warn_of_typos(&["resolver", WITHOUT_USER], &[]);
                Some(Self::PreferredUsernameMatchingUserEntityName {
                    allow_without_catalog_user: without_user(section),
                })
            }
            "oidcSubClaimMatchingKeycloakUserId" => Some(Self::OidcSubClaimMatchingKeycloakUserId),
            "oidcSubClaimMatchingPingIdentityUserId" => {
                Some(Self::OidcSubClaimMatchingPingIdentityUserId)
            }
            "claimMatchingUserEntityAnnotation" => {
                let (claim, annotation) = claim_and(section, "annotation")?;
                Some(Self::ClaimMatchingUserEntityAnnotation {
                    claim,
                    annotation,
                    allow_without_catalog_user: without_user(section),
                })
            }
            "claimMatchingUserEntityName" => {
                section.warn_of_typos(&["resolver", "claim", WITHOUT_USER], &["claim"]);
                let claim = claim_path(&section.required("claim", &[])?)?;
                Some(Self::ClaimMatchingUserEntityName {
                    claim,
                    allow_without_catalog_user: without_user(section),
                })
            }
            "claimMatchingUserEntityFilter" => {
                let (claim, filter) = claim_and(section, "filter")?;
                Some(Self::ClaimMatchingUserEntityFilter {
                    claim,
                    filter,
                    allow_without_catalog_user: without_user(section),
                })
            }
            _ => unknown(&field, name, custom),
        }
    }
}

fn unknown<T>(field: &Field<'_>, name: &str, custom: &[String]) -> Option<T> {
    let names = || NAMES.into_iter().chain(custom.iter().map(String::as_str));
    let expected = one_of(names());
    let message = format!("found {}, expected {expected}", field.described());
    let mut problem = field.problem(message);
    if let Some(meant) = nearest(name, names()).filter(|_| !field.node.hidden) {
        problem = problem.with_help(format!("did you mean `{meant}`?"));
    }
    field.error(problem)
}

fn email_options(section: &Section<'_>) -> (Option<Vec<String>>, bool) {
    section.warn_of_typos(&["resolver", DOMAINS, WITHOUT_USER], &[]);
    let domains = section.get(DOMAINS).and_then(|field| field.strings());
    (domains, without_user(section))
}

fn without_user(section: &Section<'_>) -> bool {
    section
        .get(WITHOUT_USER)
        .and_then(|field| field.boolean())
        .unwrap_or(false)
}

fn claim_and(section: &Section<'_>, key: &'static str) -> Option<(ClaimPath, String)> {
    section.warn_of_typos(&["resolver", "claim", key, WITHOUT_USER], &["claim", key]);
    let claim = section.required("claim", &[]);
    let other = section.required(key, &[]);
    let (claim, other) = (claim_path(&claim?), other?.string());
    Some((claim?, other?))
}

//! `auth.providers`.

use std::fmt;

use super::{Known, Paths, ProviderEnvironment, provider_environment::METADATA_HINTS};
use crate::{
    problem::Problem,
    reading::{Field, Section, is_like},
};

/// The id of a provider: `[A-Za-z0-9_-]+`, at most 64 characters. It is a part
/// of URLs and of cookie names.
///
/// ```
/// use stagedoor_config::ProviderId;
///
/// assert_eq!(ProviderId::parse("keycloak").unwrap().as_str(), "keycloak");
/// assert!(ProviderId::parse("../etc").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderId(String);

impl ProviderId {
    /// Takes an id that has only allowed characters.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let fits = (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        fits.then(|| Self(id.to_owned()))
    }

    /// The id as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for ProviderId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An OpenID provider, in each environment it is set up for.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its key under `auth.providers`.
    pub id: ProviderId,
    /// The environments by name, in the order of the file.
    pub environments: Vec<(String, ProviderEnvironment)>,
}

/// What `auth.providers` holds.
#[derive(Default)]
pub(super) struct Providers {
    pub(super) ours: Vec<Provider>,
    pub(super) others: Vec<String>,
}

pub(super) fn read_providers(auth: &Section<'_>, known: &Known, paths: &Paths) -> Providers {
    let mut providers = Providers::default();
    for field in auth.section("providers").fields() {
        if !is_openid_provider(&field, known) {
            providers.others.push(field.key.to_owned());
            continue;
        }
        match ProviderId::parse(field.key) {
            Some(id) => providers
                .ours
                .extend(Provider::read(id, &field, known, paths)),
            None => {
                field.warn(
                    Problem::new(field.key_place, &field.path, "this provider is ignored")
                        .with_help("an id holds up to 64 letters, digits, `_` and `-`"),
                );
                providers.others.push(field.key.to_owned());
            }
        }
    }
    providers
}

/// Whether the block is for us: it has a `metadataUrl`, or something that must
/// have been meant as one, or an id that is known to be ours. All else belongs
/// to another Backstage module.
fn is_openid_provider(field: &Field<'_>, known: &Known) -> bool {
    if is_ours_by_id(field.key, known) {
        return true;
    }
    if !field.is_object() {
        return false;
    }
    let environments = field.section();
    environments.is_some_and(|environments| {
        environments
            .fields()
            .filter(Field::is_object)
            .filter_map(|environment| environment.section())
            .any(|environment| {
                environment.mentions("metadataUrl")
                    || environment.look_alike("metadataUrl", &[]).is_some()
            })
    })
}

fn is_ours_by_id(id: &str, known: &Known) -> bool {
    id == "oidc" || known.providers.iter().any(|known| known == id)
}

impl Provider {
    fn read(id: ProviderId, field: &Field<'_>, known: &Known, paths: &Paths) -> Option<Self> {
        let block = field.section()?;
        // An environment may have any name, also one that looks like a key.
        let stray = block
            .fields()
            .any(|field| !field.is_object() && is_like(field.key, "metadataUrl", METADATA_HINTS));
        if stray {
            // Each key would be taken for an environment.
            let message = "the settings of a provider stand under the name of an environment";
            return field.error(
                block
                    .problem(message)
                    .with_help(format!("put them under `{id}.development`")),
            );
        }
        let sections: Vec<_> = block
            .fields()
            .map(|environment| (environment.key.to_owned(), environment.section()))
            .collect();
        let environments = sections
            .into_iter()
            .filter_map(|(name, section)| {
                Some((name, ProviderEnvironment::read(&section?, known, paths)?))
            })
            .collect();
        Some(Self { id, environments })
    }
}

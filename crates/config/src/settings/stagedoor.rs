//! `stagedoor`: what Backstage has no key for.

use secrecy::SecretString;

use crate::reading::Section;

/// What only Stagedoor has.
#[derive(Debug, Clone, Default)]
pub struct StagedoorSettings {
    /// `stagedoor.catalog.token`: a token or JWT that the Backstage catalog
    /// accepts by its `backend.auth.externalAccess`, in place of a plugin token
    /// of our own.
    pub catalog_token: Option<SecretString>,
}

impl StagedoorSettings {
    pub(super) fn read(root: &Section<'_>) -> Self {
        let stagedoor = root.section("stagedoor");
        stagedoor.warn_of_typos(&["catalog"], &[]);
        let catalog = stagedoor.section("catalog");
        catalog.warn_of_typos(&["token"], &[]);
        Self {
            catalog_token: catalog.get("token").and_then(|field| field.secret()),
        }
    }
}

//! `stagedoor`: what Backstage has no key for.

use secrecy::SecretString;

use crate::{reading::Section, settings::Listen};

/// What only Stagedoor has.
#[derive(Debug, Clone, Default)]
pub struct StagedoorSettings {
    /// `stagedoor.catalog.token`: a token or JWT that the Backstage catalog
    /// accepts by its `backend.auth.externalAccess`, in place of a plugin token
    /// of our own.
    pub catalog_token: Option<SecretString>,
    /// `stagedoor.metrics.listen`: where metrics are told to Prometheus; `None`
    /// records none. A port of their own, since they are for operators only.
    pub metrics: Option<Listen>,
}

impl StagedoorSettings {
    pub(super) fn read(root: &Section<'_>) -> Self {
        let stagedoor = root.section("stagedoor");
        stagedoor.warn_of_typos(&["catalog", "metrics"], &[]);
        let catalog = stagedoor.section("catalog");
        catalog.warn_of_typos(&["token"], &[]);
        let metrics = stagedoor.section("metrics");
        metrics.warn_of_typos(&["listen"], &[]);
        Self {
            metrics: metrics
                .get("listen")
                .and_then(|field| Listen::read_field(&field)),
            catalog_token: catalog.get("token").and_then(|field| field.secret()),
        }
    }
}

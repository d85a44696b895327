//! What a sign-in asks of a catalog.

use async_trait::async_trait;
use stagedoor_identity::EntityRef;

use crate::{Entity, EntityFilter};

/// What a sign-in asks of a software catalog (contract §10).
#[async_trait]
pub trait Catalog: Send + Sync + 'static {
    /// The entity with that ref, or `None` when there is none.
    ///
    /// # Errors
    /// When the catalog can't be asked.
    async fn entity_by_ref(&self, entity_ref: &EntityRef) -> Result<Option<Entity>, CatalogError>;

    /// Every entity that matches `filter`, in no particular order.
    ///
    /// # Errors
    /// When the catalog can't be asked.
    async fn entities_by_filter(&self, filter: &EntityFilter) -> Result<Vec<Entity>, CatalogError>;

    /// What is wrong with it at present, as far as is known without asking, for
    /// an operator.
    fn problem(&self) -> Option<String> {
        None
    }
}

/// Why a catalog could not be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// It did not answer, or not in time, or with an error.
    #[error("the catalog is not available: {reason}")]
    Unavailable {
        /// What happened, for the log.
        reason: String,
    },
    /// It answers, but not us: its configuration, or ours, has to change.
    #[error("the catalog refused our token: {reason}")]
    Refused {
        /// What it said and what to look at, for the log.
        reason: String,
    },
}

//! Which factory builds what.

use indexmap::{IndexMap, map::Entry};

use super::{ApiError, ApiFactory, api_ref::is_valid_id};

/// Whose factory it is. A stronger one replaces a weaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiScope {
    /// What comes with a library.
    Default,
    /// The app's.
    App,
    /// What nothing replaces.
    Static,
}

/// The factories of an app: Backstage's `ApiFactoryRegistry`.
#[derive(Debug, Default)]
pub struct ApiFactoryRegistry {
    factories: IndexMap<String, (ApiScope, ApiFactory)>,
}

impl ApiFactoryRegistry {
    /// Registers `factory`, unless there is one of the same or a stronger scope
    /// for its API; whether it was registered.
    ///
    /// # Errors
    /// When the id is none.
    pub fn register(&mut self, scope: ApiScope, factory: ApiFactory) -> Result<bool, ApiError> {
        let id = factory.api.id.as_ref();
        if !is_valid_id(id) {
            let id = id.to_owned();
            return Err(ApiError::InvalidId { id });
        }
        match self.factories.entry(id.to_owned()) {
            Entry::Occupied(there) if there.get().0 >= scope => Ok(false),
            entry => {
                entry.insert_entry((scope, factory));
                Ok(true)
            }
        }
    }

    pub(super) fn into_factories(self) -> IndexMap<String, ApiFactory> {
        self.factories
            .into_iter()
            .map(|(id, (_, factory))| (id, factory))
            .collect()
    }
}

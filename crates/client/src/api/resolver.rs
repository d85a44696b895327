//! Builds APIs when they are asked for.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    ApiError, ApiFactory, ApiFactoryRegistry, ApiRef,
    api_ref::{ErasedRef, Instance},
    graph::{self, must_build},
};

/// All APIs of an app, each built once: Backstage's `ApiResolver`.
pub struct ApiResolver {
    apis: HashMap<String, Api>,
}

struct Api {
    factory: ApiFactory,
    /// Held while the factory runs: whoever else asks waits for it.
    instance: Mutex<Option<Instance>>,
}

impl ApiResolver {
    /// Checks that every API can be built.
    ///
    /// # Errors
    /// With the chain of ids when APIs depend on each other in a circle, or on
    /// one that nobody builds.
    pub fn new(factories: ApiFactoryRegistry) -> Result<Self, ApiError> {
        let factories = factories.into_factories();
        graph::check(&factories)?;
        let api = |factory| Api {
            factory,
            instance: Mutex::default(),
        };
        let apis = factories
            .into_iter()
            .map(|(id, factory)| (id, api(factory)));
        Ok(Self {
            apis: apis.collect(),
        })
    }

    /// The one instance of `api`. The first to ask builds it, others that ask
    /// at the same time wait for that.
    ///
    /// # Errors
    /// When nobody builds it, or its factory fails.
    pub fn get<T>(&self, api: &ApiRef<T>) -> Result<Arc<T>, ApiError>
    where
        T: ?Sized + Send + Sync + 'static,
    {
        api.typed(Some(&self.instance(&api.erased())?))
    }

    fn instance(&self, api: &ErasedRef) -> Result<Instance, ApiError> {
        let entry = self.apis.get(api.id.as_ref());
        let entry = entry.ok_or_else(|| ApiError::NotRegistered {
            id: api.id.to_string(),
        })?;
        must_build(&entry.factory, api)?;
        // Of a factory that panicked nothing is left: it runs again.
        let mut instance = entry
            .instance
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(instance) = &*instance {
            return Ok(instance.clone());
        }
        let deps = entry.factory.deps.iter().map(|dep| self.instance(dep));
        let built = entry.factory.build(&deps.collect::<Result<Vec<_>, _>>()?)?;
        Ok(instance.insert(built).clone())
    }
}

impl fmt::Debug for ApiResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.apis.keys()).finish()
    }
}

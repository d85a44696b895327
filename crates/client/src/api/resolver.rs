//! Builds APIs when they are asked for.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    ApiError, ApiFactory, ApiFactoryRegistry, ApiRef,
    factory::Instance,
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
        let not_registered = || ApiError::NotRegistered {
            id: api.id().to_owned(),
        };
        let entry = self.apis.get(api.id()).ok_or_else(not_registered)?;
        must_build(&entry.factory, &api.erased())?;
        let instance = self.instance(entry)?;
        let instance = instance.downcast_ref::<Arc<T>>().cloned();
        // It is of the type that was just compared.
        instance.ok_or_else(not_registered)
    }

    fn instance(&self, api: &Api) -> Result<Instance, ApiError> {
        // Of a factory that panicked nothing is left: it runs again.
        let mut instance = api.instance.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(instance) = &*instance {
            return Ok(instance.clone());
        }
        let built = api.factory.build(self)?;
        Ok(instance.insert(built).clone())
    }
}

impl fmt::Debug for ApiResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.apis.keys()).finish()
    }
}

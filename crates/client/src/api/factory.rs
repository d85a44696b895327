//! What builds an API.

use std::{fmt, sync::Arc};

use super::{
    ApiDeps, ApiError, ApiRef, BoxError,
    api_ref::{ErasedRef, Instance},
};

type Build = Box<dyn Fn(&[Instance]) -> Result<Instance, ApiError> + Send + Sync>;

/// Builds one API out of others: Backstage's `createApiFactory`.
pub struct ApiFactory {
    pub(super) api: ErasedRef,
    pub(super) deps: Vec<ErasedRef>,
    build: Build,
}

impl ApiFactory {
    /// Builds `api` with `factory`, which is given what `deps` names. It runs
    /// once, when the API is first asked for, and must ask no resolver itself.
    pub fn new<T, D>(
        api: ApiRef<T>,
        deps: D,
        factory: impl Fn(D::Apis) -> Arc<T> + Send + Sync + 'static,
    ) -> Self
    where
        T: ?Sized + Send + Sync + 'static,
        D: ApiDeps<Apis = <D as super::deps::sealed::Deps>::Loaded>,
    {
        Self::fallible(api, deps, move |apis| Ok(factory(apis)))
    }

    /// As [`ApiFactory::new`], for what may fail. After a failure it runs again
    /// when the API is next asked for.
    pub fn fallible<T, D>(
        api: ApiRef<T>,
        deps: D,
        factory: impl Fn(D::Apis) -> Result<Arc<T>, BoxError> + Send + Sync + 'static,
    ) -> Self
    where
        T: ?Sized + Send + Sync + 'static,
        D: ApiDeps<Apis = <D as super::deps::sealed::Deps>::Loaded>,
    {
        let id = api.id().to_owned();
        Self {
            api: api.erased(),
            deps: deps.refs(),
            build: Box::new(move |instances| match factory(deps.load(instances)?) {
                Ok(instance) => Ok(Arc::new(instance)),
                Err(source) => Err(ApiError::Factory {
                    id: id.clone(),
                    source: source.into(),
                }),
            }),
        }
    }

    /// An API that is there already.
    pub fn instance<T: ?Sized + Send + Sync + 'static>(api: ApiRef<T>, instance: Arc<T>) -> Self {
        Self::new(api, (), move |()| instance.clone())
    }

    /// Builds it out of what [`Self::deps`] name.
    pub(super) fn build(&self, deps: &[Instance]) -> Result<Instance, ApiError> {
        (self.build)(deps)
    }
}

impl fmt::Debug for ApiFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deps: Vec<_> = self.deps.iter().map(|dep| &dep.id).collect();
        f.debug_struct("ApiFactory")
            .field("api", &self.api.id)
            .field("deps", &deps)
            .finish_non_exhaustive()
    }
}

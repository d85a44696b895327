//! Whether every API can be built.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::{ApiError, ApiFactory, Chain, api_ref::ErasedRef};

/// Looks at every dependency of every factory once.
///
/// # Errors
/// At the first that is missing, builds something else, or closes a circle.
pub(super) fn check(factories: &IndexMap<String, ApiFactory>) -> Result<(), ApiError> {
    let mut walk = Walk {
        factories,
        done: HashSet::new(),
        path: Vec::new(),
    };
    // What nothing depends on first, so that chains begin there.
    let wanted: HashSet<&str> = factories
        .values()
        .flat_map(|factory| factory.deps.iter().map(|dep| dep.id.as_ref()))
        .collect();
    let (inner, outer): (Vec<_>, Vec<_>) = factories
        .values()
        .partition(|factory| wanted.contains(factory.api.id.as_ref()));
    outer
        .into_iter()
        .chain(inner)
        .try_for_each(|factory| walk.enter(&factory.api))
}

struct Walk<'a> {
    factories: &'a IndexMap<String, ApiFactory>,
    done: HashSet<&'a str>,
    path: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn enter(&mut self, api: &'a ErasedRef) -> Result<(), ApiError> {
        let id = api.id.as_ref();
        if let Some(at) = self.path.iter().position(|before| *before == id) {
            let chain = chain(&self.path[at..], id);
            return Err(ApiError::CircularDependency { chain });
        }
        let Some(factory) = self.factories.get(id) else {
            let chain = chain(&self.path, id);
            return Err(ApiError::MissingDependency { chain });
        };
        must_build(factory, api)?;
        if !self.done.contains(id) {
            self.path.push(id);
            factory.deps.iter().try_for_each(|dep| self.enter(dep))?;
            self.path.pop();
            self.done.insert(id);
        }
        Ok(())
    }
}

/// The factory builds what the ref is for.
pub(super) fn must_build(factory: &ApiFactory, api: &ErasedRef) -> Result<(), ApiError> {
    if factory.api.interface == api.interface {
        return Ok(());
    }
    Err(ApiError::WrongInterface {
        id: api.id.to_string(),
        asked: api.type_name,
        built: factory.api.type_name,
    })
}

fn chain(path: &[&str], id: &str) -> Chain {
    Chain(
        path.iter()
            .chain([&id])
            .map(|id| (*id).to_owned())
            .collect(),
    )
}

//! A catalog in memory, which can be away.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use serde_json::{Value, json};
use stagedoor_catalog::{Catalog, CatalogError, Entity, EntityFilter};
use stagedoor_identity::EntityRef;

/// Entities, found as Backstage finds them: without regard to case.
#[derive(Default)]
pub(crate) struct FakeCatalog {
    entities: Mutex<Vec<Entity>>,
    away: AtomicBool,
}

impl FakeCatalog {
    pub(crate) fn has(&self, entity: Entity) {
        self.entities.lock().unwrap().push(entity);
    }

    pub(crate) fn forgets_everyone(&self) {
        self.entities.lock().unwrap().clear();
    }

    pub(crate) fn is_away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    fn find(&self, fits: impl Fn(&Entity) -> bool) -> Result<Vec<Entity>, CatalogError> {
        if self.away.load(Ordering::Relaxed) {
            return Err(CatalogError::Unavailable {
                reason: "connection refused by catalog.internal".to_owned(),
            });
        }
        let entities = self.entities.lock().unwrap();
        Ok(entities.iter().filter(|e| fits(e)).cloned().collect())
    }
}

#[async_trait]
impl Catalog for FakeCatalog {
    async fn entity_by_ref(&self, entity_ref: &EntityRef) -> Result<Option<Entity>, CatalogError> {
        Ok(self.find(|e| e.entity_ref() == *entity_ref)?.pop())
    }

    async fn entities_by_filter(&self, filter: &EntityFilter) -> Result<Vec<Entity>, CatalogError> {
        self.find(|entity| {
            filter.alternatives().iter().any(|all| {
                all.iter().all(|(path, value)| {
                    field(entity, path).is_some_and(|found| found.eq_ignore_ascii_case(value))
                })
            })
        })
    }
}

fn field(entity: &Entity, path: &str) -> Option<String> {
    let json = serde_json::to_value(entity).unwrap();
    let found = match path.strip_prefix("metadata.annotations.") {
        Some(annotation) => json["metadata"]["annotations"].get(annotation),
        None => path.split('.').try_fold(&json, |at, name| at.get(name)),
    };
    found.and_then(Value::as_str).map(str::to_owned)
}

/// A User in the default namespace, with that e-mail address.
pub(crate) fn user(name: &str, email: &str) -> Entity {
    serde_json::from_value(json!({
        "kind": "User",
        "metadata": {"name": name},
        "spec": {"profile": {"email": email}},
    }))
    .unwrap()
}

/// The user with these relations.
pub(crate) fn group_members(mut user: Entity, relations: &[(&str, &str)]) -> Entity {
    user.relations = relations
        .iter()
        .map(|(kind, target)| {
            serde_json::from_value(json!({"type": kind, "targetRef": target})).unwrap()
        })
        .collect();
    user
}

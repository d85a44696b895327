//! The part of a Backstage entity that sign-in looks at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stagedoor_identity::EntityRef;

/// An entity of the software catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// For example `User`.
    pub kind: String,
    /// Name, namespace, annotations.
    pub metadata: EntityMeta,
    /// What depends on the kind.
    #[serde(default)]
    pub spec: serde_json::Value,
    /// How it relates to others; `memberOf` gives ownership.
    #[serde(default)]
    pub relations: Vec<Relation>,
}

/// An entity's `metadata`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityMeta {
    /// The entity's name.
    pub name: String,
    /// Its namespace; absent means `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Ids in other systems, and more.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// One of an entity's relations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relation {
    /// For example `memberOf`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The other entity, in canonical form.
    pub target_ref: String,
}

impl Entity {
    /// The entity's own ref (`stringifyEntityRef`). Of an entity whose parts make
    /// no ref, one that no entity has: see [`EntityRef::new`].
    #[must_use]
    pub fn entity_ref(&self) -> EntityRef {
        EntityRef::new(
            &self.kind,
            self.metadata.namespace.as_deref().unwrap_or("default"),
            &self.metadata.name,
        )
    }
}

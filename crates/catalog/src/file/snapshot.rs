//! One state of the files, ready to be asked.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use stagedoor_identity::EntityRef;

use super::document::FoundEntity;
use super::error::CatalogWarning;
use super::index::Index;
use super::{relations, terms};
use crate::{Entity, EntityFilter};

/// All entities of one load, never changed.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    entities: Vec<Entity>,
    by_ref: HashMap<EntityRef, u32>,
    index: Index,
    pub(super) users: usize,
    pub(super) groups: usize,
    pub(super) warnings: Arc<[CatalogWarning]>,
}

impl Snapshot {
    /// Of entities with different refs.
    pub(super) fn new(mut found: Vec<FoundEntity>, warnings: Vec<CatalogWarning>) -> Self {
        relations::link(&mut found);
        let users = found.iter().filter(|f| f.entity.kind == "User").count();
        let mut snapshot = Self {
            users,
            groups: found.len() - users,
            warnings: warnings.into(),
            ..Self::default()
        };
        for (id, found) in (0..).zip(found) {
            for term in terms::of_entity(&found.entity)
                .into_iter()
                .chain(found.terms)
            {
                snapshot.index.add(id, term);
            }
            snapshot.by_ref.insert(found.entity_ref, id);
            snapshot.entities.push(found.entity);
        }
        snapshot
    }

    pub(super) fn by_ref(&self, entity_ref: &EntityRef) -> Option<&Entity> {
        self.by_ref.get(entity_ref).and_then(|&id| self.entity(id))
    }

    /// Those that match, each once.
    pub(super) fn matching(&self, filter: &EntityFilter) -> impl Iterator<Item = &Entity> {
        let ids: BTreeSet<u32> = filter
            .alternatives()
            .iter()
            .flat_map(|conditions| self.index.meeting(conditions))
            .collect();
        ids.into_iter().filter_map(|id| self.entity(id))
    }

    fn entity(&self, id: u32) -> Option<&Entity> {
        self.entities.get(usize::try_from(id).ok()?)
    }
}

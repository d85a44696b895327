//! One state of the files, ready to be asked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use stagedoor_identity::EntityRef;

use super::document::FoundEntity;
use super::error::{CatalogWarning, Place};
use super::index::Index;
use super::relations::{RelationKind, Relations};
use super::terms::{self, Term};
use crate::{Entity, EntityFilter, Relation};

/// All entities of one load, never changed. They are kept as JSON, and made
/// anew for whoever asks: that takes microseconds, and a fifth of the memory.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    /// Every ref that is an entity's, or that one names. The place here is the
    /// number by which relations and index know it.
    refs: IndexMap<EntityRef, Option<Body>>,
    /// Documents, one after the other.
    bodies: Vec<u8>,
    relations: Relations,
    index: Index,
    files: Vec<PathBuf>,
    pub(super) users: usize,
    pub(super) groups: usize,
    pub(super) warnings: Arc<[CatalogWarning]>,
}

/// Where an entity is.
#[derive(Debug, Clone, Copy)]
struct Body {
    start: usize,
    length: usize,
    file: usize,
    line: u64,
    column: u64,
}

impl Snapshot {
    /// Adds an entity, unless there is one of that ref: then it is told where.
    pub(super) fn add(&mut self, found: &FoundEntity) -> Result<(), Place> {
        let id = self.number(&found.entity_ref);
        if let Some(first) = self.body(id) {
            return Err(Place {
                file: self.files.get(first.file).cloned().unwrap_or_default(),
                line: first.line,
                column: first.column,
            });
        }
        if self.files.last() != Some(&found.place.file) {
            self.files.push(found.place.file.clone());
        }
        let body = found.body.to_string();
        let place = Body {
            start: self.bodies.len(),
            length: body.len(),
            file: self.files.len() - 1,
            line: found.place.line,
            column: found.place.column,
        };
        self.bodies.extend_from_slice(body.as_bytes());
        self.refs.insert(found.entity_ref.clone(), Some(place));
        match found.is_user {
            true => self.users += 1,
            false => self.groups += 1,
        }
        for Term { key, value } in terms::of(&found.body) {
            self.index.add(id, &key, &value);
        }
        for group in &found.member_of {
            let group = self.number(group);
            self.relations.is_member(id, group);
        }
        for member in &found.members {
            let member = self.number(member);
            self.relations.is_member(member, id);
        }
        Ok(())
    }

    /// To be called when everything was added, before anything is asked.
    pub(super) fn finish(mut self, warnings: Vec<CatalogWarning>) -> Self {
        self.relations.finish();
        for (id, kind, target) in self.relations.iter() {
            if let (Some(_), Some(target)) = (self.body(id), self.name(target))
                && let Some(Term { key, value }) = terms::of_relation(kind, target)
            {
                self.index.add(id, &key, &value);
            }
        }
        self.index.finish();
        self.bodies.shrink_to_fit();
        self.refs.shrink_to_fit();
        self.files = Vec::new();
        self.warnings = warnings.into();
        self
    }

    pub(super) fn by_ref(&self, entity_ref: &EntityRef) -> Option<Entity> {
        let id = self.refs.get_index_of(entity_ref)?;
        let id = u32::try_from(id).ok()?;
        self.entity(id, self.document(id)?)
    }

    /// Those that match, each once.
    pub(super) fn matching(&self, filter: &EntityFilter) -> Vec<Entity> {
        let alternatives = filter.alternatives().iter().map(in_lower_case);
        let alternatives: Vec<_> = alternatives.collect();
        let candidates = alternatives
            .iter()
            .flat_map(|conditions| self.index.candidates(conditions));
        let mut ids: Vec<u32> = candidates.collect();
        ids.sort_unstable();
        ids.dedup();
        let matching = |id| {
            let document = self.document(id)?;
            let mut alternatives = alternatives.iter();
            let is_meant = alternatives.any(|conditions| self.meets(id, &document, conditions));
            is_meant.then(|| self.entity(id, document))?
        };
        ids.into_iter().filter_map(matching).collect()
    }

    /// Whether an entity has a term for each of `conditions`, in lower case.
    fn meets(&self, id: u32, document: &Value, conditions: &[(String, String)]) -> bool {
        let mut unmet: Vec<_> = conditions.iter().collect();
        terms::each(document, &mut |key, value| {
            unmet.retain(|(of, is)| !terms::is_term_of(key, value, (of, is)));
        });
        let mut relations = self.relations.of(id);
        while !unmet.is_empty()
            && let Some((kind, target)) = relations.next()
        {
            if let Some(Term { key, value }) = self
                .name(target)
                .and_then(|target| terms::of_relation(kind, target))
            {
                unmet.retain(|(of, is)| *of != key || *is != value);
            }
        }
        unmet.is_empty()
    }

    fn document(&self, id: u32) -> Option<Value> {
        let Body { start, length, .. } = self.body(id)?;
        serde_json::from_slice(self.bodies.get(start..start + length)?).ok()
    }

    fn entity(&self, id: u32, document: Value) -> Option<Entity> {
        let mut entity = Entity::deserialize(document).ok()?;
        let relation = |(kind, target): (RelationKind, u32)| {
            Some(Relation {
                kind: kind.name().to_owned(),
                target_ref: self.name(target)?.to_string(),
            })
        };
        entity.relations = self.relations.of(id).filter_map(relation).collect();
        // By name, not in the order of the files.
        entity
            .relations
            .sort_unstable_by(|a, b| (&a.kind, &a.target_ref).cmp(&(&b.kind, &b.target_ref)));
        Some(entity)
    }

    fn body(&self, id: u32) -> Option<Body> {
        *self.refs.get_index(usize::try_from(id).ok()?)?.1
    }

    fn name(&self, id: u32) -> Option<&EntityRef> {
        let (name, _) = self.refs.get_index(usize::try_from(id).ok()?)?;
        Some(name)
    }

    fn number(&mut self, entity_ref: &EntityRef) -> u32 {
        let number = match self.refs.get_index_of(entity_ref) {
            Some(number) => number,
            None => self.refs.insert_full(entity_ref.clone(), None).0,
        };
        // Memory ends before the numbers do.
        u32::try_from(number).unwrap_or(u32::MAX)
    }
}

/// A list, since keys that differ in case alone are conditions of their own.
fn in_lower_case(conditions: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let lower = |(key, value): (&String, &String)| (key.to_lowercase(), value.to_lowercase());
    conditions.iter().map(lower).collect()
}

//! Who belongs to what: `memberOf` and `hasMember`, whichever side says so
//! (Backstage's `BuiltinKindsEntityProcessor`).

use std::collections::{BTreeSet, HashMap};

use stagedoor_identity::EntityRef;

use super::document::FoundEntity;
use crate::Relation;

const MEMBER_OF: &str = "memberOf";
const HAS_MEMBER: &str = "hasMember";

/// Gives every entity its relations, sorted and without repeats. A relation to
/// something that is in no file stays, as in Backstage.
pub(super) fn link(entities: &mut [FoundEntity]) {
    let by_ref: HashMap<EntityRef, usize> = entities
        .iter()
        .enumerate()
        .map(|(id, found)| (found.entity_ref.clone(), id))
        .collect();
    let mut relations = vec![BTreeSet::new(); entities.len()];
    let mut relate = |from: &EntityRef, kind, to: &EntityRef| {
        if let Some(of_from) = by_ref.get(from).and_then(|&id| relations.get_mut(id)) {
            of_from.insert((kind, to.clone()));
        }
    };
    for found in &*entities {
        let this = &found.entity_ref;
        for group in &found.member_of {
            relate(this, MEMBER_OF, group);
            relate(group, HAS_MEMBER, this);
        }
        for member in &found.members {
            relate(this, HAS_MEMBER, member);
            relate(member, MEMBER_OF, this);
        }
    }
    for (found, relations) in entities.iter_mut().zip(relations) {
        found.entity.relations = relations
            .into_iter()
            .map(|(kind, target)| Relation {
                kind: kind.to_owned(),
                target_ref: target.to_string(),
            })
            .collect();
    }
}

//! What a catalog is asked, and how its answer reads.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use stagedoor_identity::EntityRef;
use url::Url;

use super::{
    failure::{Failure, is_not_found},
    filter_query, matching,
    transport::Answer,
};
use crate::{Entity, EntityFilter};

/// What has to be encoded in a path segment or a parameter: all but the
/// unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A question; equal ones get the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    Ref(EntityRef),
    Filter(EntityFilter),
}

impl Question {
    /// Where to ask it; `None` when no catalog can hold what it looks for, or
    /// be asked.
    pub(super) fn url(&self, base: &Url) -> Option<Url> {
        let mut url = base.clone();
        let path = base.path().trim_end_matches('/');
        match self {
            Self::Ref(entity_ref) => {
                let mut path = format!("{path}/entities/by-name");
                for part in [entity_ref.kind(), entity_ref.namespace(), entity_ref.name()] {
                    // However it is encoded, a URL takes it for a way up.
                    if matches!(part, "." | "..") {
                        return None;
                    }
                    path.push('/');
                    path.extend(utf8_percent_encode(part, RESERVED));
                }
                url.set_path(&path);
            }
            Self::Filter(filter) => {
                let parameters = filter_query::parameters(filter);
                if parameters.is_empty() {
                    return None;
                }
                let query = parameters.iter().map(|parameter| {
                    format!("filter={}", utf8_percent_encode(parameter, RESERVED))
                });
                url.set_query(Some(&query.collect::<Vec<_>>().join("&")));
                url.set_path(&format!("{path}/entities"));
            }
        }
        Some(url)
    }

    /// The entities of an answer: one or none to [`Question::Ref`].
    ///
    /// Nobody is signed in on the word of something in between that drops the
    /// query or mixes up answers: what does not fit the question is an error.
    pub(super) fn read(&self, answer: &Answer) -> Result<Vec<Entity>, Failure> {
        let odd = |reason: &str| Failure::NotACatalog {
            endpoint: answer.endpoint.clone(),
            reason: reason.to_owned(),
        };
        if !answer.found {
            return match self {
                Self::Ref(_) if is_not_found(&answer.body) => Ok(Vec::new()),
                _ => Err(odd("with 404, there is no such page")),
            };
        }
        let body = serde_json::from_slice(&answer.body)
            .map_err(|_| odd("with something that is not JSON"))?;
        match (self, body) {
            (Self::Ref(asked), found @ Value::Object(_)) => {
                let entity =
                    entity(found).ok_or_else(|| odd("with something that is no entity"))?;
                if entity.entity_ref() != *asked {
                    return Err(odd("with another entity than it was asked for"));
                }
                Ok(vec![entity])
            }
            (Self::Filter(filter), Value::Array(found)) => {
                if !found.iter().all(|entity| matching::matches(entity, filter)) {
                    return Err(odd("with entities that don't match the filter"));
                }
                let entities = found.into_iter().map(entity).collect::<Option<_>>();
                entities.ok_or_else(|| odd("with something that is no entity"))
            }
            _ => Err(odd("with JSON of another shape")),
        }
    }
}

fn entity(value: Value) -> Option<Entity> {
    serde_json::from_value(value).ok()
}

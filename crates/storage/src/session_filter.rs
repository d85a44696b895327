//! Which sessions are meant: to list them, and to end them.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use jiff::Timestamp;
use stagedoor_identity::EntityRef;

use crate::{SessionId, statement::Value};

/// Which sessions are meant: those that fit all that is said. The default is
/// all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// Of this User entity.
    pub user: Option<EntityRef>,
    /// Of the provider with this id.
    pub provider: Option<String>,
    /// Of this environment of a provider.
    pub environment: Option<String>,
    /// Of whom the provider knows by this `sub`.
    pub subject: Option<String>,
}

/// Where a session stands among others, the newest sign-in first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPlace {
    /// When the person signed in.
    pub created_at: Timestamp,
    /// Tells sessions of one moment apart.
    pub id: SessionId,
}

/// As a cursor: what a list goes on from.
impl fmt::Display for SessionPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at.as_millisecond(), self.id)
    }
}

/// A text that is no cursor of a list of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of a list of sessions")]
pub struct NotASessionPlace;

impl FromStr for SessionPlace {
    type Err = NotASessionPlace;

    /// Reads what [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, NotASessionPlace> {
        let (time, id) = text.split_once('.').ok_or(NotASessionPlace)?;
        let millisecond = time.parse().map_err(|_| NotASessionPlace)?;
        Ok(Self {
            created_at: Timestamp::from_millisecond(millisecond).map_err(|_| NotASessionPlace)?,
            id: id.parse().map_err(|_| NotASessionPlace)?,
        })
    }
}

/// Whose sessions are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionOwner<'a> {
    /// All of a User entity, whichever provider they signed in with.
    User(&'a str),
    /// Those of a `sub` at a provider for whom no User was found.
    Subject {
        /// The provider's id.
        provider: &'a str,
        /// The environment under it.
        environment: &'a str,
        /// `sub`
        subject: &'a str,
    },
}

/// Conditions that all have to hold, and their values.
#[derive(Default)]
pub(crate) struct Conditions<'a> {
    sql: String,
    values: Vec<Value<'a>>,
}

impl<'a> Conditions<'a> {
    /// Adds `column operator value`. Both texts are ours.
    pub(crate) fn and(mut self, column_and_operator: &str, value: Value<'a>) -> Self {
        let number = self.value(value);
        let joint = if self.sql.is_empty() { "" } else { " AND " };
        // Writing to a string can't fail.
        let _ = write!(self.sql, "{joint}{column_and_operator} ${number}");
        self
    }

    /// Adds that no User was found.
    fn without_user(mut self) -> Self {
        self.sql.push_str(" AND user_entity_ref IS NULL");
        self
    }

    /// Adds what stands after `place`, where there is one.
    pub(crate) fn after(mut self, place: Option<&'a SessionPlace>) -> Self {
        let Some(place) = place else {
            return self;
        };
        let time = self.value(Value::Integer(place.created_at.as_millisecond()));
        let id = self.value(Value::Bytes(&place.id.0));
        let _ = write!(
            self.sql,
            // The first is where the index is entered.
            " AND created_at <= ${time} AND (created_at < ${time} OR id > ${id})"
        );
        self
    }

    /// Gives `value` a number.
    pub(crate) fn value(&mut self, value: Value<'a>) -> usize {
        self.values.push(value);
        self.values.len()
    }

    pub(crate) fn into_parts(self) -> (String, Vec<Value<'a>>) {
        (self.sql, self.values)
    }
}

impl SessionFilter {
    /// What a row fulfils that fits and has not expired by `now`.
    pub(crate) fn conditions(&self, now: Timestamp) -> Conditions<'_> {
        let user = self.user.as_ref().map(EntityRef::as_str);
        [
            ("user_entity_ref =", user),
            ("provider =", self.provider.as_deref()),
            ("environment =", self.environment.as_deref()),
            ("subject =", self.subject.as_deref()),
        ]
        .into_iter()
        .filter_map(|(column, value)| Some((column, Value::Text(value?))))
        .fold(live(now), |all, (column, value)| all.and(column, value))
    }
}

impl SessionFilter {
    /// The same for SQLite, for a list that begins with the newest. Where many may
    /// fit, an index of what they have in common would lead to all of them, to be
    /// sorted: `+` and `||` keep it out, and leave the one of the order.
    pub(crate) fn listed(&self, now: Timestamp) -> Conditions<'_> {
        if self.user.is_some() || (self.provider.is_some() && self.subject.is_some()) {
            return self.conditions(now);
        }
        let live = Value::Integer(now.as_millisecond());
        [
            ("provider || '' =", &self.provider),
            ("environment || '' =", &self.environment),
            ("subject || '' =", &self.subject),
        ]
        .into_iter()
        .filter_map(|(column, value)| Some((column, Value::Text(value.as_deref()?))))
        .fold(
            Conditions::default().and("+expires_at >", live),
            |all, (column, value)| all.and(column, value),
        )
    }
}

impl<'a> SessionOwner<'a> {
    /// What a row of theirs fulfils that has not expired by `now`.
    pub(crate) fn conditions(&self, now: Timestamp) -> Conditions<'a> {
        match *self {
            Self::User(user) => live(now).and("user_entity_ref =", Value::Text(user)),
            Self::Subject {
                provider,
                environment,
                subject,
            } => live(now)
                .and("provider =", Value::Text(provider))
                .and("environment =", Value::Text(environment))
                .and("subject =", Value::Text(subject))
                .without_user(),
        }
    }
}

fn live<'a>(now: Timestamp) -> Conditions<'a> {
    Conditions::default().and("expires_at >", Value::Integer(now.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_is_read_as_it_is_written(
            millisecond in -1_000_000_i64..4_102_444_800_000,
            id in any::<[u8; 16]>(),
        ) {
            let place = SessionPlace {
                created_at: Timestamp::from_millisecond(millisecond).unwrap(),
                id: SessionId(id),
            };
            prop_assert_eq!(place.to_string().parse(), Ok(place));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = text.parse::<SessionPlace>();
        }
    }
}

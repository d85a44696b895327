//! Codes, and refresh tokens that rotate. A token is `rt.{grant}.{generation}`:
//! guessable, and so a thing of tests.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Rotation;
use crate::people::Person;

/// A code that was not exchanged yet.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) person: Person,
    pub(super) nonce: Option<String>,
}

/// Whose grant it is, and what goes on with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) person: Person,
    /// Names the person's session at the provider (`sid`).
    pub(super) grant: u64,
    pub(super) refresh_token: String,
}

/// Why a refresh token is no good.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Nobody's, or of a grant that has ended.
    Unknown,
    /// It was used before.
    Reused,
}

#[derive(Debug)]
struct Grant {
    person: Person,
    generation: u64,
}

/// Everything that was granted.
#[derive(Debug, Default)]
pub(super) struct Grants {
    next: AtomicU64,
    codes: Mutex<HashMap<String, Code>>,
    grants: Mutex<HashMap<u64, Grant>>,
}

impl Grants {
    /// A code for a person.
    pub(super) fn code(&self, code: Code) -> String {
        let name = format!("code.{}", self.next.fetch_add(1, Ordering::Relaxed));
        lock(&self.codes).insert(name.clone(), code);
        name
    }

    /// Exchanges a code, once.
    pub(super) fn exchange(&self, code: &str) -> Option<(Granted, Option<String>)> {
        let Code { person, nonce } = lock(&self.codes).remove(code)?;
        let grant = self.next.fetch_add(1, Ordering::Relaxed);
        let generation = 0;
        lock(&self.grants).insert(grant, Grant { person, generation });
        Some((granted(person, grant, generation), nonce))
    }

    /// Uses a refresh token.
    pub(super) fn refresh(&self, token: &str, rotation: Rotation) -> Result<Granted, Refused> {
        let (id, shown) = parse(token).ok_or(Refused::Unknown)?;
        let mut grants = lock(&self.grants);
        let grant = grants.get_mut(&id).ok_or(Refused::Unknown)?;
        let current = grant.generation;
        match rotation {
            Rotation::None => {}
            _ if shown == current => grant.generation += 1,
            Rotation::Grace if shown + 1 == current => {}
            Rotation::Grace | Rotation::Strict => {
                grants.remove(&id);
                return Err(Refused::Reused);
            }
        }
        Ok(granted(grant.person, id, grant.generation))
    }

    /// Ends the grant of a refresh token (RFC 7009).
    pub(super) fn revoke(&self, token: &str) {
        if let Some((id, _)) = parse(token) {
            lock(&self.grants).remove(&id);
        }
    }
}

fn granted(person: Person, grant: u64, generation: u64) -> Granted {
    Granted {
        person,
        grant,
        refresh_token: format!("rt.{grant}.{generation}"),
    }
}

fn parse(token: &str) -> Option<(u64, u64)> {
    let (grant, generation) = token.strip_prefix("rt.")?.split_once('.')?;
    Some((grant.parse().ok()?, generation.parse().ok()?))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_in(grants: &Grants) -> String {
        let code = grants.code(Code {
            person: Person(1),
            nonce: None,
        });
        let (granted, _) = grants.exchange(&code).unwrap();
        assert!(grants.exchange(&code).is_none(), "a code is good once");
        granted.refresh_token
    }

    #[test]
    fn strict_rotation_ends_the_grant_of_a_token_used_twice() {
        let grants = Grants::default();
        let first = signed_in(&grants);
        let second = grants.refresh(&first, Rotation::Strict).unwrap();
        assert_eq!(
            grants.refresh(&first, Rotation::Strict),
            Err(Refused::Reused)
        );
        let after = grants.refresh(&second.refresh_token, Rotation::Strict);
        assert_eq!(after, Err(Refused::Unknown));
    }

    #[test]
    fn grace_answers_the_token_before_with_the_same_new_one() {
        let grants = Grants::default();
        let first = signed_in(&grants);
        let second = grants.refresh(&first, Rotation::Grace).unwrap();
        assert_eq!(grants.refresh(&first, Rotation::Grace).unwrap(), second);
        assert!(
            grants
                .refresh(&second.refresh_token, Rotation::Grace)
                .is_ok()
        );
        assert_eq!(
            grants.refresh(&first, Rotation::Grace),
            Err(Refused::Reused)
        );
    }
}

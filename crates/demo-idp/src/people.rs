//! The people who can sign in.

use serde_json::{Map, Value, json};

/// Someone who can sign in by pressing their button.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The subject: who this is for relying parties, for ever.
    pub sub: String,
    /// The display name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Whether the provider vouches for the e-mail address.
    pub email_verified: bool,
    /// The login name.
    pub preferred_username: String,
    /// Where a picture of them is.
    pub picture: Option<String>,
    /// Shown under the name on the login page, such as "not in the catalog".
    pub note: String,
    /// Further claims for ID tokens and userinfo; those of the protocol win.
    pub claims: Map<String, Value>,
}

impl Person {
    /// One or two letters that stand for the name.
    pub(crate) fn initials(&self) -> String {
        let mut words = self
            .name
            .split_whitespace()
            .filter_map(|word| word.chars().next());
        let first = words.next();
        let last = words.next_back();
        first
            .into_iter()
            .chain(last)
            .flat_map(char::to_uppercase)
            .collect()
    }
}

/// The cast of the demo: three who are in its catalog, one who is not, and one
/// whose e-mail address nobody has verified.
#[must_use]
pub fn demo_people() -> Vec<Person> {
    vec![
        person(
            "ada-1815",
            "Ada Lovelace",
            "ada.lovelace",
            "In the catalog",
            &["analysts"],
        ),
        person(
            "grace-1906",
            "Grace Hopper",
            "grace.hopper",
            "In the catalog, an admin",
            &["admins", "compilers"],
        ),
        person(
            "alan-1912",
            "Alan Turing",
            "alan.turing",
            "In the catalog",
            &["analysts"],
        ),
        person(
            "mallory-0001",
            "Mallory Unknown",
            "mallory.unknown",
            "Not in the catalog",
            &[],
        ),
        Person {
            email_verified: false,
            ..person(
                "erin-0002",
                "Erin Unverified",
                "erin.unverified",
                "E-mail address not verified",
                &[],
            )
        },
    ]
}

fn person(sub: &str, name: &str, username: &str, note: &str, groups: &[&str]) -> Person {
    Person {
        sub: sub.to_owned(),
        name: name.to_owned(),
        email: format!("{username}@example.com"),
        email_verified: true,
        preferred_username: username.to_owned(),
        picture: None,
        note: note.to_owned(),
        claims: Map::from_iter([("groups".to_owned(), json!(groups))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_name() {
        let named = |name: &str| {
            Person {
                name: name.to_owned(),
                ..demo_people().remove(0)
            }
            .initials()
        };
        assert_eq!(named("Ada Lovelace"), "AL");
        assert_eq!(named("Augusta Ada King"), "AK");
        assert_eq!(named("éa"), "É");
        assert_eq!(named("  "), "");
    }
}

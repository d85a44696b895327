//! The people who sign in.

/// One of them: everything about a person follows from their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Person(pub(crate) u32);

/// How many of them are in one group.
const PEOPLE_PER_GROUP: u32 = 50;

impl Person {
    /// `sub` at the provider, and the name of the User entity.
    pub(crate) fn name(self) -> String {
        format!("u{}", self.0)
    }

    /// What the resolver looks for.
    pub(crate) fn email(self) -> String {
        format!("u{}@load.example.com", self.0)
    }

    /// Whom a sign-in has to lead to.
    pub(crate) fn entity_ref(self) -> String {
        format!("user:default/u{}", self.0)
    }

    /// The one group they belong to.
    pub(crate) fn group(self) -> String {
        format!("g{}", self.0 / PEOPLE_PER_GROUP)
    }

    /// The person of that name.
    pub(crate) fn called(name: &str) -> Option<Self> {
        name.strip_prefix('u')?.parse().ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_person() {
        assert_eq!(Person::called(&Person(4711).name()), Some(Person(4711)));
        assert_eq!(Person::called("ada"), None);
    }
}

//! Who belongs to what: `memberOf` and `hasMember`, whichever side says so
//! (Backstage's `BuiltinKindsEntityProcessor`).

/// What the one is to the other, in the order in which relations are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RelationKind {
    HasMember,
    MemberOf,
}

impl RelationKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::HasMember => "hasMember",
            Self::MemberOf => "memberOf",
        }
    }
}

/// Relations between entities, known by numbers. One to something that is in no
/// file stays, as in Backstage.
#[derive(Debug, Default)]
pub(super) struct Relations(Vec<(u32, RelationKind, u32)>);

impl Relations {
    /// Notes that `member` belongs to `group`, for both of them.
    pub(super) fn is_member(&mut self, member: u32, group: u32) {
        self.0.push((member, RelationKind::MemberOf, group));
        self.0.push((group, RelationKind::HasMember, member));
    }

    /// To be called when everything was noted, before anything is asked.
    pub(super) fn finish(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.shrink_to_fit();
    }

    /// All of them, by whose they are.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, RelationKind, u32)> {
        self.0.iter().copied()
    }

    /// What the entity `id` is to which others.
    pub(super) fn of(&self, id: u32) -> impl Iterator<Item = (RelationKind, u32)> {
        let begin = self.0.partition_point(|(from, ..)| *from < id);
        let theirs = self.0.get(begin..).unwrap_or_default().iter();
        theirs
            .take_while(move |(from, ..)| *from == id)
            .map(|(_, kind, to)| (*kind, *to))
    }
}

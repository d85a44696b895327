//! Scopes as a set.

use std::{collections::BTreeSet, fmt};

/// A set of scopes.
///
/// ```
/// use stagedoor_client::auth::Scopes;
///
/// let scopes = Scopes::parse("openid profile,email");
/// assert!(scopes.has_all(&Scopes::parse("email|openid")));
/// assert_eq!(scopes.to_string(), "email openid profile");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Scopes(BTreeSet<String>);

impl Scopes {
    /// No scopes.
    pub const NONE: Self = Self(BTreeSet::new());

    /// Splits on white space, `|` and `,`, as Backstage does.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.split(|c: char| c.is_whitespace() || c == '|' || c == ',')
            .filter(|scope| !scope.is_empty())
            .collect()
    }

    /// Whether all of `wanted` are among them.
    #[must_use]
    pub fn has_all(&self, wanted: &Self) -> bool {
        wanted.0.is_subset(&self.0)
    }

    /// These and those of `more`.
    #[must_use]
    pub fn and(&self, more: &Self) -> Self {
        Self(self.0.union(&more.0).cloned().collect())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One by one, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<S: Into<String>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(Into::into).collect())
    }
}

/// Separated by spaces, as on the wire.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{scope}")?;
        }
        Ok(())
    }
}

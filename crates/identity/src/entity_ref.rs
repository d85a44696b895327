//! Entity refs (contract §9).
use std::fmt;

/// A canonical entity ref, `kind:namespace/name`, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityRef(String);

impl EntityRef {
    /// A ref of its three parts.
    #[must_use]
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self(format!("{kind}:{namespace}/{name}").to_lowercase())
    }
    /// The canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

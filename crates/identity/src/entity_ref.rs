//! Entity refs (contract §9): `[kind:][namespace/]name`, kept in the canonical
//! lower-case form of Backstage's `stringifyEntityRef`.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The namespace of a ref that names none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// The longest ref that is parsed, in bytes. Backstage's own parts have at most
/// 63 characters each; refs made of e-mail addresses are longer.
pub const MAX_ENTITY_REF_LENGTH: usize = 1024;

/// What stands in for something that can't be part of a ref, see [`EntityRef::new`].
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// A canonical entity ref, `kind:namespace/name`, in lower case.
///
/// Cheap to clone. Equal when Backstage holds the two for the same entity.
///
/// ```
/// use stagedoor_identity::EntityRef;
///
/// let jane: EntityRef = "User:Jane".parse()?;
/// assert_eq!(jane.as_str(), "user:default/jane");
/// assert_eq!(jane.namespace(), "default");
/// # Ok::<(), stagedoor_identity::EntityRefError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityRef(Arc<str>);

/// What a ref means where it leaves out its kind or namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EntityRefDefaults<'a> {
    /// The kind; without one here the ref must name its own.
    pub kind: Option<&'a str>,
    /// The namespace; without one here it is `default`.
    pub namespace: Option<&'a str>,
}

/// Why a text is no entity ref.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntityRefError {
    /// A part that is named is empty, or the text is.
    #[error("entity ref {text:?} is not of the form [<kind>:][<namespace>/]<name>")]
    Malformed {
        /// The text.
        text: String,
    },
    /// There is no kind, and none was to be assumed.
    #[error("entity ref {text:?} has no kind: write for example \"user:{text}\"")]
    MissingKind {
        /// The text.
        text: String,
    },
    /// It holds a control character.
    #[error("entity ref {text:?} holds a control character")]
    ControlCharacter {
        /// The text.
        text: String,
    },
    /// It is longer than [`MAX_ENTITY_REF_LENGTH`].
    #[error("an entity ref of {length} bytes is too long, the limit is {MAX_ENTITY_REF_LENGTH}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

impl EntityRef {
    /// A ref of three parts that are known to be valid, such as those of an
    /// entity.
    ///
    /// Of parts that are not, it makes a ref that no entity has, instead of one
    /// that means something else: an empty part, control characters, a `:` in
    /// the kind, and a `/` in kind or namespace are replaced by U+FFFD. Parts
    /// that someone typed go through [`EntityRef::try_new`].
    #[must_use]
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        let kind = replaced(kind, |c| matches!(c, ':' | '/'));
        let namespace = replaced(namespace, |c| c == '/');
        let name = replaced(name, |_| false);
        Self(canonical(&kind, &namespace, &name))
    }

    /// A ref of three parts.
    ///
    /// # Errors
    /// When a part is empty or holds a character that can't stand there, or
    /// when they are too long together.
    pub fn try_new(kind: &str, namespace: &str, name: &str) -> Result<Self, EntityRefError> {
        let text = || format!("{kind}:{namespace}/{name}");
        let length = kind.len() + namespace.len() + name.len() + 2;
        if length > MAX_ENTITY_REF_LENGTH {
            return Err(EntityRefError::TooLong { length });
        }
        let ambiguous = kind.contains([':', '/']) || namespace.contains('/');
        if ambiguous || kind.is_empty() || namespace.is_empty() || name.is_empty() {
            return Err(EntityRefError::Malformed { text: text() });
        }
        if [kind, namespace, name]
            .iter()
            .any(|part| part.contains(char::is_control))
        {
            return Err(EntityRefError::ControlCharacter { text: text() });
        }
        let canonical = canonical(kind, namespace, name);
        // A few characters grow when lower-cased.
        if canonical.len() > MAX_ENTITY_REF_LENGTH {
            let length = canonical.len();
            return Err(EntityRefError::TooLong { length });
        }
        Ok(Self(canonical))
    }

    /// Parses a ref that names its kind; its namespace defaults to `default`.
    ///
    /// # Errors
    /// When `text` is no such ref.
    pub fn parse(text: &str) -> Result<Self, EntityRefError> {
        Self::parse_with(text, EntityRefDefaults::default())
    }

    /// Parses a ref as Backstage's `parseEntityRef` does, with `defaults` for
    /// the parts it leaves out.
    ///
    /// ```
    /// use stagedoor_identity::{EntityRef, EntityRefDefaults};
    ///
    /// let users = EntityRefDefaults { kind: Some("user"), namespace: None };
    /// let jane = EntityRef::parse_with("jane", users)?;
    /// assert_eq!(jane.as_str(), "user:default/jane");
    /// # Ok::<(), stagedoor_identity::EntityRefError>(())
    /// ```
    ///
    /// # Errors
    /// When `text` is no ref, or lacks a kind and `defaults` has none.
    pub fn parse_with(text: &str, defaults: EntityRefDefaults<'_>) -> Result<Self, EntityRefError> {
        if text.len() > MAX_ENTITY_REF_LENGTH {
            let length = text.len();
            return Err(EntityRefError::TooLong { length });
        }
        let (kind, rest) = match text.split_once(':') {
            // A colon behind the slash belongs to the name.
            Some((kind, rest)) if !kind.contains('/') => (Some(kind), rest),
            _ => (None, text),
        };
        let (namespace, name) = match rest.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, rest),
        };
        if kind == Some("") || namespace == Some("") || name.is_empty() {
            let text = text.to_owned();
            return Err(EntityRefError::Malformed { text });
        }
        let Some(kind) = kind.or(defaults.kind) else {
            let text = text.to_owned();
            return Err(EntityRefError::MissingKind { text });
        };
        let namespace = namespace
            .or(defaults.namespace)
            .unwrap_or(DEFAULT_NAMESPACE);
        Self::try_new(kind, namespace, name)
    }

    /// The canonical form, `kind:namespace/name`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind, for example `user`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.parts().0
    }

    /// The namespace, for example `default`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.parts().1
    }

    /// The name within kind and namespace.
    #[must_use]
    pub fn name(&self) -> &str {
        self.parts().2
    }

    fn parts(&self) -> (&str, &str, &str) {
        let (kind, rest) = self.0.split_once(':').unwrap_or_default();
        let (namespace, name) = rest.split_once('/').unwrap_or_default();
        (kind, namespace, name)
    }
}

fn canonical(kind: &str, namespace: &str, name: &str) -> Arc<str> {
    let (kind, namespace, name) = (
        kind.to_lowercase(),
        namespace.to_lowercase(),
        name.to_lowercase(),
    );
    format!("{kind}:{namespace}/{name}").into()
}

fn replaced(part: &str, forbidden: impl Fn(char) -> bool) -> String {
    if part.is_empty() {
        return REPLACEMENT.to_string();
    }
    part.chars()
        .map(|c| {
            if c.is_control() || forbidden(c) {
                REPLACEMENT
            } else {
                c
            }
        })
        .collect()
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for EntityRef {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// As [`EntityRef::parse`].
impl FromStr for EntityRef {
    type Err = EntityRefError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// As its canonical form.
impl Serialize for EntityRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// As [`EntityRef::parse`].
impl<'de> Deserialize<'de> for EntityRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;

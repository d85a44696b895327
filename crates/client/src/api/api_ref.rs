//! Names of interfaces.

use std::{
    any::{Any, TypeId, type_name},
    borrow::Cow,
    fmt,
    marker::PhantomData,
    sync::Arc,
};

use super::ApiError;

/// What a ref names: an `Arc<T>` whose `T` only the ref knows.
pub(super) type Instance = Arc<dyn Any + Send + Sync>;

/// Names the interface `T`, mostly a `dyn Trait`: Backstage's `createApiRef`.
///
/// Two refs with the same id name the same interface, and must agree on `T`.
pub struct ApiRef<T: ?Sized> {
    id: Cow<'static, str>,
    interface: PhantomData<fn() -> Arc<T>>,
}

impl<T: ?Sized> ApiRef<T> {
    /// An id of words with dots between them, such as `core.auth.keycloak`. Whether it is one is looked at when a factory for
    /// it is registered.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self {
            id: Cow::Borrowed(id),
            interface: PhantomData,
        }
    }

    /// As [`ApiRef::new`], with an id that is known at run time only.
    #[must_use]
    pub fn named(id: impl Into<String>) -> Self {
        Self {
            id: Cow::Owned(id.into()),
            interface: PhantomData,
        }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl<T: ?Sized + 'static> ApiRef<T> {
    pub(super) fn erased(&self) -> ErasedRef {
        ErasedRef {
            id: self.id.clone(),
            interface: TypeId::of::<T>(),
            type_name: type_name::<T>(),
        }
    }
}

impl<T: ?Sized + Send + Sync + 'static> ApiRef<T> {
    /// The instance, as what it is.
    pub(super) fn typed(&self, instance: Option<&Instance>) -> Result<Arc<T>, ApiError> {
        let instance = instance.and_then(|instance| instance.downcast_ref::<Arc<T>>());
        instance.cloned().ok_or_else(|| ApiError::NotRegistered {
            id: self.id.to_string(),
        })
    }
}

impl<T: ?Sized> Clone for ApiRef<T> {
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            interface: PhantomData,
        }
    }
}

impl<T: ?Sized> fmt::Debug for ApiRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T: ?Sized> fmt::Display for ApiRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "apiRef{{{}}}", self.id)
    }
}

/// A ref whose interface is known at run time only.
#[derive(Debug, Clone)]
pub(super) struct ErasedRef {
    pub(super) id: Cow<'static, str>,
    pub(super) interface: TypeId,
    pub(super) type_name: &'static str,
}

/// As Backstage takes ids: words of letters, digits and single dashes, each
/// beginning with a letter, with dots between them.
pub(super) fn is_valid_id(id: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word
                .split('-')
                .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
    };
    id.split('.').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::is_valid_id;

    #[test]
    fn ids_are_what_backstage_takes_for_one() {
        for good in [
            "a",
            "core.auth.keycloak",
            "plugin.tech-radar.service",
            "v2",
            "core.alertApi",
        ] {
            assert!(is_valid_id(good), "{good}");
        }
        for bad in [
            "", ".", "a.", ".a", "a b", "2a", "a--b", "a-", "-a", "a_b", "ä",
        ] {
            assert!(!is_valid_id(bad), "{bad}");
        }
    }
}

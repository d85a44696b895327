//! What an app knows of a provider.

/// A provider as people see it: Backstage's `AuthProviderInfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthProviderInfo {
    /// Its key in `auth.providers`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The address of its icon.
    pub icon: Option<url::Url>,
}

impl AuthProviderInfo {
    /// A provider without an icon.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            icon: None,
        }
    }
}

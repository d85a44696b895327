//! Scopes: which are asked for, which have been granted (contract §6).

use crate::SignInError;

/// A list of scopes without repeats, in the order they were first named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<String>);

/// Longer scope strings are refused: they would fill cookies and URLs.
const MAX_SCOPE_CHARS: usize = 2_000;

impl Scopes {
    /// Splits on white space, `|` and `,`, as Backstage does.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        Self::default().and(
            value
                .split(|c: char| c.is_whitespace() || c == '|' || c == ',')
                .filter(|scope| !scope.is_empty()),
        )
    }

    /// This list, then those of `more` it lacks.
    #[must_use]
    pub fn and<S: AsRef<str>>(mut self, more: impl IntoIterator<Item = S>) -> Self {
        for scope in more {
            let scope = scope.as_ref();
            if !self.0.iter().any(|have| have == scope) {
                self.0.push(scope.to_owned());
            }
        }
        self
    }

    /// The scopes one by one.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The same list, unless it is longer than a cookie can hold.
    ///
    /// # Errors
    /// [`SignInError::ScopeTooLong`].
    pub fn within_limits(self) -> Result<Self, SignInError> {
        let chars: usize = self.0.iter().map(|scope| scope.len() + 1).sum();
        if chars > MAX_SCOPE_CHARS {
            return Err(SignInError::ScopeTooLong {
                limit: MAX_SCOPE_CHARS,
            });
        }
        Ok(self)
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// What a provider always asks for, and what its configuration adds.
#[derive(Debug, Clone, Default)]
pub struct ScopePolicy {
    required: Scopes,
    additional: Scopes,
}

impl ScopePolicy {
    /// `required` comes from the authenticator, `additional` from
    /// `additionalScopes`.
    #[must_use]
    pub fn new(required: Scopes, additional: Scopes) -> Self {
        Self {
            required,
            additional,
        }
    }

    /// The scopes to ask for: requested, granted, required, additional, in
    /// that order and without repeats.
    ///
    /// # Errors
    /// [`SignInError::ScopeTooLong`].
    pub fn to_ask(
        &self,
        requested: Option<&str>,
        granted: Option<&str>,
    ) -> Result<Scopes, SignInError> {
        Scopes::parse(requested.unwrap_or_default())
            .and(Scopes::parse(granted.unwrap_or_default()).iter())
            .and(self.required.iter())
            .and(self.additional.iter())
            .within_limits()
    }
}

impl ScopePolicy {
    /// The scopes of a refresh, for a session that has `granted`.
    ///
    /// # Errors
    /// [`SignInError::ScopeTooLong`].
    pub(crate) fn to_refresh(
        &self,
        requested: Option<&str>,
        granted: &str,
    ) -> Result<RefreshScopes, SignInError> {
        let has = self.to_ask(None, Some(granted))?;
        Ok(RefreshScopes {
            // Asked for together, so that the limit on their length holds.
            requested: match requested {
                Some(_) => self.to_ask(requested, Some(granted))?,
                None => has.clone(),
            },
            granted: has,
        })
    }
}

/// The scopes of a refresh: those the session has, and those it is asked for
/// besides. A refresh can't widen a grant (RFC 6749 section 6), so the latter
/// count only where the provider says that it gave them; claimed without that,
/// as Backstage does, the frontend would never ask the person.
pub(crate) struct RefreshScopes {
    granted: Scopes,
    requested: Scopes,
}

impl RefreshScopes {
    /// What the session has now; `said` is the provider's word.
    pub(crate) fn granted_now(self, said: Option<&str>) -> Scopes {
        let said = Scopes::parse(said.unwrap_or_default());
        let widened = self
            .requested
            .iter()
            .filter(|scope| said.iter().any(|given| given == *scope));
        self.granted.and(widened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_union_keeps_first_mention_order() {
        let policy = ScopePolicy::new(
            Scopes::parse("openid profile email"),
            Scopes::parse("groups"),
        );
        let scopes = policy
            .to_ask(Some("email|read,api"), Some("read offline_access"))
            .unwrap();
        assert_eq!(
            scopes.to_string(),
            "email read api offline_access openid profile groups"
        );
    }

    #[test]
    fn endless_scopes_are_refused() {
        let policy = ScopePolicy::default();
        let many: String = (0..500).map(|n| format!("scope{n} ")).collect();
        assert!(matches!(
            policy.to_ask(Some(&many), None),
            Err(SignInError::ScopeTooLong { .. })
        ));
    }

    proptest::proptest! {
        #[test]
        fn parsing_what_was_printed_changes_nothing(value in "\\PC{0,200}") {
            let scopes = Scopes::parse(&value);
            proptest::prop_assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
        }
    }
}

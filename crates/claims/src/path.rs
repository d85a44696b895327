//! The way to a claim.

use std::{borrow::Cow, fmt, str::FromStr};

use serde_json::Value;

/// The longest path, in bytes.
const MAX_LENGTH: usize = 256;

/// The way to a claim: its name, or names joined by dots.
///
/// A number leads into a list. A name that holds dots itself is found as it
/// is, without quotes: where a path can be read in several ways the longest
/// name wins.
///
/// ```
/// use serde_json::json;
/// use stagedoor_claims::ClaimPath;
///
/// let claims = json!({
///     "realm_access": {"roles": ["admin"]},
///     "emails": ["ada@example.com"],
///     "https://example.com/groups": ["staff"],
/// });
/// let find = |path| ClaimPath::parse(path).unwrap().find(&claims).cloned();
/// assert_eq!(find("realm_access.roles"), Some(json!(["admin"])));
/// assert_eq!(find("emails.0"), Some(json!("ada@example.com")));
/// assert_eq!(find("https://example.com/groups"), Some(json!(["staff"])));
/// assert_eq!(find("groups"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimPath(Cow<'static, str>);

/// Why a text is no way to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimPathError {
    /// There is nothing in it.
    #[error("the path to a claim is empty")]
    Empty,
    /// It is longer than anything that is written by hand.
    #[error("the path to a claim has at most {MAX_LENGTH} bytes")]
    TooLong,
    /// Line breaks, tabs and the like, or a space at an end.
    #[error("the path to a claim has a control character in it, or a space at an end")]
    Unprintable,
    /// A dot at an end, or two in a row.
    #[error("the path to a claim has no name before or after a dot")]
    EmptyName,
    /// It is written as in JSONPath, or as in a program.
    #[error("a path to a claim has no `$` before it and no brackets in it")]
    OtherSyntax,
}

impl ClaimPathError {
    /// How a path is written.
    pub const WAY_OUT: &'static str = "write the claim's name, or names joined by dots, such as `realm_access.roles`; \
         a number leads into a list, such as `emails.0`";
}

impl ClaimPath {
    /// `email`
    pub const EMAIL: Self = Self(Cow::Borrowed("email"));
    /// `email_verified`
    pub const EMAIL_VERIFIED: Self = Self(Cow::Borrowed("email_verified"));
    /// `name`
    pub const NAME: Self = Self(Cow::Borrowed("name"));
    /// `picture`
    pub const PICTURE: Self = Self(Cow::Borrowed("picture"));
    /// `preferred_username`
    pub const PREFERRED_USERNAME: Self = Self(Cow::Borrowed("preferred_username"));
    /// `sub`
    pub const SUB: Self = Self(Cow::Borrowed("sub"));

    /// Reads a path.
    ///
    /// # Errors
    /// When it can't lead to a claim, or is likely meant in another syntax.
    pub fn parse(text: &str) -> Result<Self, ClaimPathError> {
        if text.is_empty() {
            return Err(ClaimPathError::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(ClaimPathError::TooLong);
        }
        if text.contains(char::is_control) || text.trim() != text {
            return Err(ClaimPathError::Unprintable);
        }
        if text.starts_with('$') || text.contains(['[', ']']) {
            return Err(ClaimPathError::OtherSyntax);
        }
        if text.split('.').any(str::is_empty) {
            return Err(ClaimPathError::EmptyName);
        }
        Ok(Self(Cow::Owned(text.to_owned())))
    }

    /// The path as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value it leads to in `claims`, a JSON object. `null` counts as
    /// absent.
    #[must_use]
    pub fn find<'c>(&self, claims: &'c Value) -> Option<&'c Value> {
        let found = claims.is_object().then(|| descend(claims, &self.0))?;
        found.filter(|value| !value.is_null())
    }
}

/// Different ways to read a path lead to different values, so that the number
/// of steps is limited by the size of the claims.
fn descend<'c>(value: &'c Value, path: &str) -> Option<&'c Value> {
    match value {
        Value::Object(object) => object.get(path).or_else(|| {
            path.rmatch_indices('.').find_map(|(dot, _)| {
                let inner = object.get(&path[..dot])?;
                descend(inner, &path[dot + 1..])
            })
        }),
        Value::Array(items) => {
            let (index, rest) = match path.split_once('.') {
                Some((index, rest)) => (index, Some(rest)),
                None => (path, None),
            };
            let is_index = index.bytes().all(|byte| byte.is_ascii_digit());
            let item = items.get(index.parse::<usize>().ok().filter(|_| is_index)?)?;
            rest.map_or(Some(item), |rest| descend(item, rest))
        }
        _ => None,
    }
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As [`ClaimPath::parse`].
impl FromStr for ClaimPath {
    type Err = ClaimPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;

//! A pattern for texts in claims.

use std::fmt;

use regex::Regex;

/// The longest pattern, in bytes.
const MAX_LENGTH: usize = 256;

/// A pattern: `*` stands for any text, also with a `/` in it, `?` for one
/// character, and all else for itself, a backslash too. Case counts.
///
/// ```
/// use stagedoor_claims::Glob;
///
/// assert!(Glob::parse("/teams/*")?.matches("/teams/platform/leads"));
/// assert!(Glob::parse(r"CORP\*")?.matches(r"CORP\engineers"));
/// assert!(!Glob::parse("staff")?.matches("Staff"));
/// # Ok::<(), stagedoor_claims::GlobError>(())
/// ```
#[derive(Clone)]
pub struct Glob {
    text: String,
    regex: Regex,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlobError {
    /// It would fit nothing but an empty text.
    #[error("the pattern is empty")]
    Empty,
    /// It is longer than anything that is written by hand.
    #[error("a pattern has at most {MAX_LENGTH} bytes")]
    TooLong,
    /// Line breaks, tabs and the like.
    #[error("the pattern has a control character in it")]
    ControlCharacter,
    /// Alternatives in braces, which are none here.
    #[error("the pattern has alternatives in braces, which stand for themselves here")]
    Braces,
}

impl GlobError {
    /// How a pattern is written.
    pub const WAY_OUT: &'static str =
        "write `*` for any text and `?` for one character, and several patterns as a list";
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it can't be meant, or is too long.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        if text.is_empty() {
            return Err(GlobError::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(GlobError::TooLong);
        }
        if text.contains(char::is_control) {
            return Err(GlobError::ControlCharacter);
        }
        let in_braces = text
            .split_once('{')
            .and_then(|(_, rest)| rest.split_once('}'));
        if in_braces.is_some_and(|(inside, _)| inside.contains(',')) {
            return Err(GlobError::Braces);
        }
        let regex = Regex::new(&expression(text)).map_err(|_| GlobError::TooLong)?;
        let text = text.to_owned();
        Ok(Self { text, regex })
    }

    /// Whether `text` fits, all of it.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The pattern as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn expression(glob: &str) -> String {
    let mut expression = String::from(r"\A(?s:");
    for character in glob.chars() {
        match character {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push_str(r")\z");
    expression
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Glob {}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Glob").field(&self.text).finish()
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn fits(glob: &str, text: &str) -> bool {
        Glob::parse(glob).unwrap().matches(text)
    }

    #[rstest]
    #[case("*", "", true)]
    #[case("*", "any\nthing", true)]
    #[case("team-*", "team-", true)]
    #[case("team-*", "ateam-x", false)]
    #[case("*-admins", "site-admins", true)]
    #[case("*-admins", "site-admins-not", false)]
    #[case("te?m", "tém", false)]
    #[case("te?m", "teäm", true)]
    #[case("a.c", "abc", false)]
    #[case("[Team] (A+B)", "[Team] (A+B)", true)]
    #[case(r"CORP\*", r"CORP\x", true)]
    #[case("{id}", "{id}", true)]
    fn stars_and_question_marks_are_all(#[case] glob: &str, #[case] text: &str, #[case] fit: bool) {
        assert_eq!(fits(glob, text), fit);
    }

    #[test]
    fn what_can_not_be_meant_is_refused() {
        let refused = |text: &str| Glob::parse(text).unwrap_err();
        assert_eq!(refused(""), GlobError::Empty);
        assert_eq!(refused("a\tb"), GlobError::ControlCharacter);
        assert_eq!(refused("team-{a,b}"), GlobError::Braces);
        assert_eq!(refused(&"*".repeat(257)), GlobError::TooLong);
        assert!(Glob::parse(&"*?".repeat(128)).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_a_pattern_or_not_and_never_a_crash(glob in any::<String>(), text in any::<String>()) {
            if let Ok(glob) = Glob::parse(&glob) {
                let _ = glob.matches(&text);
                prop_assert_eq!(Glob::parse(glob.as_str()), Ok(glob.clone()));
            }
        }

        #[test]
        fn a_text_without_stars_fits_itself_alone(text in r"[^*?\pC]{1,40}", other in any::<String>()) {
            if let Ok(glob) = Glob::parse(&text) {
                prop_assert!(glob.matches(&text));
                prop_assert_eq!(glob.matches(&other), text == other);
            }
        }
    }
}

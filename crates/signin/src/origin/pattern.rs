//! A glob over origins: `auth.experimentalExtraAllowedOrigins`,
//! `backend.cors.origin` (contract §3, §8).

use regex::Regex;

use super::{
    PatternError, braces,
    expression::{self, Fit},
    pattern_error::MAX_PATTERN,
    segment::{self, Segment},
};

/// Longest origin, in bytes: a host name has at most 253.
const MAX_ORIGIN: usize = 300;
/// Most alternatives with a `!(…)`: each takes expressions of its own.
const MAX_NEGATED: usize = 64;

/// A glob over origins, with the meaning that minimatch gives it in Backstage
/// (`nocase`, `noglobstar`): `*` does not cross a `/`, braces, classes and
/// extended globs are read, `!` turns the whole pattern round, and a pattern
/// that starts with `#` fits nothing.
///
/// It is stricter in one way: what does not look like an origin of a host
/// (`null`, a path, user information, letters that are not ASCII) never fits.
///
/// ```
/// use stagedoor_signin::origin::OriginPattern;
///
/// let pattern = OriginPattern::parse("https://*.example.com")?;
/// assert!(pattern.matches("https://portal.example.com"));
/// assert!(!pattern.matches("https://evil.com/.example.com"));
/// # Ok::<(), stagedoor_signin::origin::PatternError>(())
/// ```
#[derive(Debug, Clone)]
pub struct OriginPattern {
    alternatives: Vec<Fit>,
    negated: bool,
    comment: bool,
}

impl OriginPattern {
    /// Parses a pattern such as `https://*.example.com`.
    ///
    /// # Errors
    /// [`PatternError`]: what it stands for is unbounded, can not be expressed,
    /// or is a mistake. It then fits nothing rather than too much.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        if pattern.chars().count() > MAX_PATTERN {
            return Err(PatternError::TooLong);
        }
        if pattern.chars().any(breaks_a_line) {
            return Err(PatternError::ControlCharacter);
        }
        let positive = pattern.trim_start_matches('!');
        let mut parsed = Self {
            alternatives: Vec::new(),
            negated: (pattern.len() - positive.len()) % 2 == 1,
            comment: pattern.starts_with('#'),
        };
        if !parsed.comment {
            parsed.alternatives = alternatives(positive)?;
        }
        Ok(parsed)
    }

    /// Whether `origin` fits.
    #[must_use]
    pub fn matches(&self, origin: &str) -> bool {
        !self.comment
            && is_origin(origin)
            && self.alternatives.iter().any(|fit| fit.matches(origin)) != self.negated
    }
}

fn breaks_a_line(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

fn alternatives(pattern: &str) -> Result<Vec<Fit>, PatternError> {
    let mut plain = Vec::new();
    let mut negated = Vec::new();
    for alternative in braces::expand(pattern)? {
        let segments = segments(&alternative)?;
        // An origin has a scheme and an authority, and nothing else.
        let [scheme, authority] = segments.as_slice() else {
            continue;
        };
        if scheme.has_negation()? | authority.has_negation()? {
            negated.push(expression::with_negation(scheme, authority)?);
        } else {
            plain.push(expression::plain(scheme, authority));
        }
        if negated.len() > MAX_NEGATED {
            return Err(PatternError::TooManyAlternatives);
        }
    }
    if !plain.is_empty() {
        negated.push(Fit::of(Regex::new(&expression::any_of(&plain))?));
    }
    Ok(negated)
}

/// The parts between runs of slashes, `..` resolved where minimatch does.
fn segments(alternative: &str) -> Result<Vec<Segment>, PatternError> {
    let mut texts: Vec<&str> = Vec::new();
    let mut parts = alternative.split('/').peekable();
    let mut first = true;
    while let Some(part) = parts.next() {
        // A run of slashes is one; a slash at either end has nothing beyond it.
        if part.is_empty() && !first && parts.peek().is_some() {
            continue;
        }
        first = false;
        match texts.last() {
            Some(&before) if part == ".." && !matches!(before, "" | "." | "..") => {
                texts.pop();
            }
            _ => texts.push(part),
        }
    }
    texts.into_iter().map(segment::parse).collect()
}

/// `scheme://authority`, in letters that a canonical origin has.
fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else {
        return false;
    };
    let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let in_authority = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte);
    text.len() <= MAX_ORIGIN
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(in_scheme)
        && !authority.is_empty()
        && !authority.starts_with('.')
        && authority.bytes().all(in_authority)
}

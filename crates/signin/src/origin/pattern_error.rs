//! Why a text is not used as a pattern, and the bounds it has to keep.

/// Longest pattern, in characters.
pub(super) const MAX_PATTERN: usize = 1024;
/// Most patterns that one pattern may stand for.
pub(super) const MAX_ALTERNATIVES: usize = 1024;
/// Deepest nesting, of braces and of extended globs.
pub(super) const MAX_DEPTH: usize = 32;

/// Why a text is not used as a pattern. Each says what to write instead.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// Longer than anything that is written by hand.
    #[error("a pattern of origins has at most {MAX_PATTERN} characters")]
    TooLong,
    /// Line breaks, tabs and the like.
    #[error("a pattern of origins can not have control characters")]
    ControlCharacter,
    /// Braces that stand for too much.
    #[error(
        "its braces stand for more than {} patterns: use `*`, or several patterns",
        MAX_ALTERNATIVES
    )]
    TooManyAlternatives,
    /// Groups in groups in groups.
    #[error("its groups are nested more than {} deep", MAX_DEPTH)]
    TooDeep,
    /// A bracket that minimatch takes for itself, which no origin has.
    #[error(
        "it has a `[` without a `]`: write `\\[` for the bracket itself, as in http://\\[::1\\]:3000"
    )]
    UnclosedClass,
    /// A class that no character is in, such as `[z-a]`.
    #[error("it has a class in brackets that no character is in")]
    EmptyClass,
    /// A negation whose extent depends on what is around it.
    #[error(
        "`!(…)` can be used once between two slashes, outside of other groups, and beside parts of one length only (no `*`, `?(…)`, `*(…)`, `+(…)`): list what is allowed instead"
    )]
    Negation,
    /// Too large an automaton.
    #[error("it is too large: use several patterns")]
    TooLarge(#[from] regex::Error),
}

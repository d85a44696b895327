//! Paths to claims, and patterns for what is in them.

use stagedoor_claims::{ClaimPath, ClaimPathError, Glob, GlobError};

use crate::reading::{Field, Section};

/// A path to a claim.
pub(super) fn claim_path(field: &Field<'_>) -> Option<ClaimPath> {
    match ClaimPath::parse(field.str()?) {
        Ok(path) => Some(path),
        Err(error) => {
            let problem = field.problem(error.to_string());
            field.error(problem.with_help(ClaimPathError::WAY_OUT))
        }
    }
}

/// A path to a claim, or a list of them.
pub(super) fn claim_paths(field: &Field<'_>) -> Option<Vec<ClaimPath>> {
    one_or_more(field, "the path to a claim, or a list of them", claim_path)
}

/// A pattern, or a list of them.
pub(super) fn globs(field: &Field<'_>) -> Option<Vec<Glob>> {
    one_or_more(field, "a pattern, or a list of them", glob)
}

fn glob(field: &Field<'_>) -> Option<Glob> {
    match Glob::parse(field.str()?) {
        Ok(glob) => Some(glob),
        Err(error) => {
            let problem = field.problem(error.to_string());
            field.error(problem.with_help(GlobError::WAY_OUT))
        }
    }
}

/// What `read` makes of the value, or of each item of a list that has one.
pub(super) fn one_or_more<T>(
    field: &Field<'_>,
    expected: &str,
    read: impl Fn(&Field<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    if !field.is_list() {
        return read(field).map(|one| vec![one]);
    }
    let items = field.items();
    if items.is_empty() {
        let problem = field.problem(format!("found an empty list, expected {expected}"));
        return field.error(problem);
    }
    let read: Vec<T> = items.iter().filter_map(read).collect();
    (read.len() == items.len()).then_some(read)
}

/// The value of a key that may be left out. One that was written, but whose
/// variable is not set, is missing: without it more people would be let in.
pub(super) fn if_written<'a>(section: &Section<'a>, key: &str) -> Option<Field<'a>> {
    if section.mentions(key) {
        section.required(key, &[])
    } else {
        None
    }
}

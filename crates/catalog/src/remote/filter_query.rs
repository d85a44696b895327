//! Filters as Backstage's catalog reads them from a URL.
//!
//! `parseEntityFilterString` there splits a `filter` at every comma, each piece
//! at its first `=`, and trims both sides; there is no way to quote. So a comma
//! in a value, say in an e-mail address, would add a condition of the writer's
//! choosing: `x@example.com,spec.profile.email=boss@example.com` means either
//! address, for values of one key are alternatives. What can't be said is not
//! asked.

use std::collections::BTreeMap;

use crate::EntityFilter;

/// Keys and values that are longer, in characters, are not in the catalog's
/// index (`buildEntitySearch`).
const LONGEST: usize = 200;

/// The values of the `filter` parameters that say `filter`; none when no
/// alternative of it can be said.
pub(super) fn parameters(filter: &EntityFilter) -> Vec<String> {
    filter
        .alternatives()
        .iter()
        .filter_map(|conditions| {
            let parameter = all_of(conditions);
            if parameter.is_none() {
                tracing::warn!(
                    keys = ?conditions.keys().collect::<Vec<_>>(),
                    "a catalog filter holds what no Backstage catalog can be asked for, so nobody matches"
                );
            }
            parameter
        })
        .collect()
}

fn all_of(conditions: &BTreeMap<String, String>) -> Option<String> {
    let conditions: Option<Vec<_>> = conditions
        .iter()
        .map(|(key, value)| {
            let can_be_said = is_key(key) && is_value(value);
            can_be_said.then(|| format!("{key}={value}"))
        })
        .collect();
    conditions
        .filter(|conditions| !conditions.is_empty())
        .map(|conditions| conditions.join(","))
}

/// A key that begins with `$` would become an operator.
fn is_key(key: &str) -> bool {
    is_value(key) && !key.contains('=') && !key.starts_with('$')
}

fn is_value(value: &str) -> bool {
    let is_blank = |c: Option<char>| c.is_none_or(is_trimmed);
    !is_blank(value.chars().next())
        && !is_blank(value.chars().next_back())
        && !value.contains(|c: char| c == ',' || c.is_control())
        && value.chars().nth(LONGEST).is_none()
}

/// What `String.prototype.trim` takes away, and what `str::trim` does.
fn is_trimmed(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

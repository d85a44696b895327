//! `signIn.groupClaims`, ours.

use stagedoor_claims::{GroupClaim, is_kind, is_name, is_namespace};

use super::claim_path::{claim_path, globs, if_written};
use crate::reading::{Field, Section};

const KEYS: [&str; 6] = [
    "allow",
    "claim",
    "kind",
    "namespace",
    "prefix",
    "stripPrefix",
];

/// One claim that lists groups.
pub(super) fn read_group_claim(section: &Section<'_>) -> Option<GroupClaim> {
    section.refuse_unknown(&KEYS, &["claim"]);
    let claim = section.required("claim", &["path", "name"]);
    let strip_prefix = section
        .get("stripPrefix")
        .and_then(|field| field.string_or_strings());
    Some(GroupClaim {
        claim: claim_path(&claim?)?,
        allow: if_written(section, "allow").as_ref().and_then(globs),
        strip_prefix: strip_prefix.unwrap_or_default(),
        prefix: checked(section, "prefix", is_beginning, BEGINNING).unwrap_or_default(),
        namespace: checked(section, "namespace", is_namespace, NAMESPACE)
            .unwrap_or_else(|| "default".to_owned()),
        kind: checked(section, "kind", is_kind, KIND).unwrap_or_else(|| "group".to_owned()),
    })
}

const BEGINNING: &str =
    "the beginning of an entity's name: a letter or a digit, then letters, digits, `-`, `_`, `.`";
const NAMESPACE: &str = "a namespace of entities: lower-case letters and digits, `-` between them";
const KIND: &str = "a kind of entities: letters and digits";

fn is_beginning(text: &str) -> bool {
    is_name(&format!("{text}x"))
}

fn checked(
    section: &Section<'_>,
    key: &str,
    fits: fn(&str) -> bool,
    expected: &str,
) -> Option<String> {
    let field: Field<'_> = section.get(key)?;
    let text = field.str()?;
    if fits(text) {
        Some(text.to_owned())
    } else {
        field.wrong(expected)
    }
}

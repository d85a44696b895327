//! `signIn.requireClaims`, ours.

use stagedoor_claims::{Requirement, Test};

use super::claim_path::{claim_path, globs, one_or_more};
use crate::{
    document::Value,
    reading::{Field, Section},
};

const KEYS: [&str; 5] = ["claim", "contains", "equals", "exists", "matches"];

/// What a claim can be required to be.
const TESTS: [&str; 4] = ["equals", "contains", "matches", "exists"];

/// One requirement; a mistake in it is a mistake of the configuration.
pub(super) fn read_requirement(section: &Section<'_>) -> Option<Requirement> {
    section.refuse_unknown(&KEYS, &["claim"]);
    let claim = section.required("claim", &["path", "name"]);
    let test = read_test(section);
    Some(Requirement {
        claim: claim_path(&claim?)?,
        test: test?,
    })
}

fn read_test(section: &Section<'_>) -> Option<Test> {
    let written: Vec<_> = TESTS
        .into_iter()
        .filter(|key| section.mentions(key))
        .collect();
    match *written.as_slice() {
        [key] => {
            let field = section.required(key, &[])?;
            match key {
                "equals" => values(&field).map(Test::Equals),
                "contains" => values(&field).map(Test::Contains),
                "matches" => globs(&field).map(Test::Matches),
                _ => field.boolean().map(Test::Exists),
            }
        }
        [] => {
            let problem = section.problem("it is not said what the claim must be");
            section.error(problem.with_help("add one of `equals`, `contains`, `matches`, `exists`"))
        }
        [one, other, ..] => {
            let problem = section.problem(format!("`{one}` and `{other}` stand together"));
            section.error(problem.with_help("make a requirement of each: all of them must be met"))
        }
    }
}

fn values(field: &Field<'_>) -> Option<Vec<serde_json::Value>> {
    const EXPECTED: &str = "a text, a number or a boolean, or a list of them";
    one_or_more(field, EXPECTED, |item| match &item.node.value {
        Value::Number(number) if !number.is_finite() => item.wrong(EXPECTED),
        Value::Text(_) | Value::Number(_) | Value::Bool(_) => Some(item.node.to_json()),
        Value::Null | Value::List(_) | Value::Object(_) => item.wrong(EXPECTED),
    })
}

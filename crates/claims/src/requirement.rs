//! What a claim must be for somebody to be let in.

use std::fmt;

use serde_json::Value;

use crate::{ClaimPath, Glob};

/// One condition on one claim.
///
/// ```
/// use serde_json::json;
/// use stagedoor_claims::{ClaimPath, Requirement, Test};
///
/// let staff = Requirement {
///     claim: ClaimPath::parse("groups")?,
///     test: Test::Contains(vec![json!("staff")]),
/// };
/// assert!(staff.is_met_by(Some(&json!(["staff", "admins"]))));
/// assert!(!staff.is_met_by(None));
/// # Ok::<(), stagedoor_claims::ClaimPathError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// The claim.
    pub claim: ClaimPath,
    /// What it must be.
    pub test: Test,
}

/// What a claim must be. Of several values any one will do; texts, numbers and
/// booleans are never taken for each other.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `equals`: it is one of these.
    Equals(Vec<Value>),
    /// `contains`: it is a list with one of these in it. What is no list is
    /// taken for a list of one, as some providers write it.
    Contains(Vec<Value>),
    /// `matches`: it is a text that fits one of these, or a list with such a
    /// text in it.
    Matches(Vec<Glob>),
    /// `exists`: it is there, or it is not.
    Exists(bool),
}

impl Requirement {
    /// Whether `value`, that of the claim, is what it must be.
    #[must_use]
    pub fn is_met_by(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else {
            return self.test == Test::Exists(false);
        };
        match &self.test {
            Test::Equals(wanted) => is_among(value, wanted),
            Test::Contains(wanted) => items(value).iter().any(|item| is_among(item, wanted)),
            Test::Matches(globs) => items(value)
                .iter()
                .filter_map(Value::as_str)
                .any(|text| globs.iter().any(|glob| glob.matches(text))),
            Test::Exists(wanted) => *wanted,
        }
    }
}

impl Test {
    /// Its key in a configuration.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Equals(_) => "equals",
            Self::Contains(_) => "contains",
            Self::Matches(_) => "matches",
            Self::Exists(_) => "exists",
        }
    }
}

/// The items of a list; what is none is a list of one.
pub(crate) fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn is_among(value: &Value, wanted: &[Value]) -> bool {
    wanted.iter().any(|wanted| is_same(wanted, value))
}

/// Equal as JSON has it: 1 and 1.0 are one number.
fn is_same(one: &Value, other: &Value) -> bool {
    // Beyond it a double is no longer one integer.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match (one, other) {
        (Value::Number(one), Value::Number(other)) if one != other => {
            let (one, other) = (one.as_f64(), other.as_f64());
            one.is_some_and(|number| number.abs() < EXACT) && one == other
        }
        _ => one == other,
    }
}

/// As an operator wrote it: `groups contains "staff" or "admins"`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claim = &self.claim;
        match &self.test {
            Test::Equals(values) | Test::Contains(values) => {
                let values: Vec<_> = values.iter().map(Value::to_string).collect();
                write!(f, "{claim} {} {}", self.test.name(), values.join(" or "))
            }
            Test::Matches(globs) => {
                let globs: Vec<_> = globs.iter().map(Glob::as_str).collect();
                write!(f, "{claim} matches {}", globs.join(" or "))
            }
            Test::Exists(true) => write!(f, "{claim} exists"),
            Test::Exists(false) => write!(f, "{claim} does not exist"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn is_met(test: Test, value: &Value) -> bool {
        let claim = ClaimPath::SUB;
        Requirement { claim, test }.is_met_by(Some(value))
    }

    #[rstest]
    #[case(json!("staff"), json!("staff"), true)]
    #[case(json!("staff"), json!("Staff"), false)]
    #[case(json!(true), json!(true), true)]
    #[case(json!(true), json!("true"), false)]
    #[case(json!(1), json!("1"), false)]
    #[case(json!(1), json!(1.0), true)]
    #[case(json!(1), json!(true), false)]
    #[case(json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0), false)]
    #[case(json!("staff"), json!(["staff"]), false)]
    fn equals_means_the_very_value(#[case] wanted: Value, #[case] value: Value, #[case] met: bool) {
        assert_eq!(is_met(Test::Equals(vec![wanted]), &value), met);
    }

    #[rstest]
    #[case(json!(["a", "staff"]), true)]
    #[case(json!("staff"), true)]
    #[case(json!(["staff-not"]), false)]
    #[case(json!([["staff"]]), false)]
    #[case(json!({"staff": true}), false)]
    #[case(json!([]), false)]
    #[case(json!("not staff"), false)]
    fn contains_looks_into_lists(#[case] value: Value, #[case] met: bool) {
        let test = Test::Contains(vec![json!("staff"), json!("admins")]);
        assert_eq!(is_met(test, &value), met);
    }

    #[rstest]
    #[case(json!("ada@example.com"), true)]
    #[case(json!(["x", "ada@example.com"]), true)]
    #[case(json!("ada@example.com.evil"), false)]
    #[case(json!(1), false)]
    fn matches_fits_a_whole_text(#[case] value: Value, #[case] met: bool) {
        let glob = Glob::parse("*@example.com").unwrap();
        assert_eq!(is_met(Test::Matches(vec![glob]), &value), met);
    }

    #[test]
    fn nothing_meets_only_that_there_be_nothing() {
        let glob = Glob::parse("*").unwrap();
        for test in [
            Test::Equals(vec![json!(null)]),
            Test::Contains(vec![json!(null)]),
            Test::Matches(vec![glob]),
            Test::Exists(true),
        ] {
            let claim = ClaimPath::SUB;
            assert!(!Requirement { claim, test }.is_met_by(None));
        }
        let absent = Requirement {
            claim: ClaimPath::SUB,
            test: Test::Exists(false),
        };
        assert!(absent.is_met_by(None) && !absent.is_met_by(Some(&json!(false))));
    }

    #[test]
    fn it_reads_as_it_was_written() {
        let said = |test| {
            let claim = ClaimPath::parse("realm_access.roles").unwrap();
            Requirement { claim, test }.to_string()
        };
        assert_eq!(
            said(Test::Contains(vec![json!("a"), json!(1)])),
            r#"realm_access.roles contains "a" or 1"#
        );
        let glob = Glob::parse("a*").unwrap();
        assert_eq!(
            said(Test::Matches(vec![glob])),
            "realm_access.roles matches a*"
        );
        assert_eq!(
            said(Test::Exists(false)),
            "realm_access.roles does not exist"
        );
    }
}

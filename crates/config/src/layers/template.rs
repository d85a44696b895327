//! `${VAR}`, `${VAR:-fallback}` and `$${escaped}` in a text.

use crate::{environment::Environment, text::trim};

/// What substitution makes of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Substituted {
    Text {
        text: String,
        /// Whether a variable is in it, so that it must not be shown.
        from_environment: bool,
    },
    /// This variable is not set and has no fallback: the whole value is dropped.
    Unset { variable: String },
}

/// Substitutes as Backstage does: `/\$?\$\{[^{}]*\}/` is a placeholder, names
/// and values are trimmed, and an empty variable takes its fallback.
pub(super) fn substitute(template: &str, env: &Environment) -> Substituted {
    let mut text = String::with_capacity(template.len());
    let mut from_environment = false;
    let mut rest = template;
    while let Some(placeholder) = Placeholder::first_in(rest) {
        text.push_str(&rest[..placeholder.start]);
        rest = &rest[placeholder.end..];
        if placeholder.is_escaped {
            text.push_str("${");
            text.push_str(placeholder.content);
            text.push('}');
            continue;
        }
        let (name, fallback) = match placeholder.content.split_once(":-") {
            Some((name, fallback)) => (trim(name), Some(trim(fallback))),
            None => (trim(placeholder.content), None),
        };
        let value = env
            .substitution(name)
            .filter(|value| fallback.is_none() || !value.is_empty());
        match (value, fallback.filter(|fallback| !fallback.is_empty())) {
            (Some(value), _) => {
                text.push_str(value);
                from_environment = true;
            }
            (None, Some(fallback)) => text.push_str(fallback),
            (None, None) => {
                return Substituted::Unset {
                    variable: name.to_owned(),
                };
            }
        }
    }
    text.push_str(rest);
    Substituted::Text {
        text,
        from_environment,
    }
}

struct Placeholder<'t> {
    start: usize,
    end: usize,
    content: &'t str,
    is_escaped: bool,
}

impl<'t> Placeholder<'t> {
    /// The leftmost `${…}` or `$${…}` without a brace inside.
    fn first_in(text: &'t str) -> Option<Self> {
        let mut from = 0;
        while let Some(found) = text[from..].find("${") {
            let open = from + found;
            let inside = open + 2;
            let length = text[inside..].find(['{', '}'])?;
            let close = inside + length;
            if text[close..].starts_with('}') {
                let is_escaped = open > 0 && text[..open].ends_with('$');
                return Some(Self {
                    start: open - usize::from(is_escaped),
                    end: close + 1,
                    content: &text[inside..close],
                    is_escaped,
                });
            }
            from = inside;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn env() -> Environment {
        [("A", "one"), ("B", " two "), ("EMPTY", "")]
            .into_iter()
            .collect()
    }

    #[rstest]
    #[case("plain", "plain")]
    #[case("${A}", "one")]
    #[case("x-${ A }-${B}", "x-one-two")]
    #[case("${NONE:-three}", "three")]
    #[case("${NONE:- https://h:1/x }", "https://h:1/x")]
    #[case("${EMPTY:-three}", "three")]
    #[case("${EMPTY}", "")]
    #[case("$${A}", "${A}")]
    #[case("$$${A}", "$${A}")]
    #[case("${A", "${A")]
    #[case("${{A}}", "${{A}}")]
    #[case("${x${A}", "${xone")]
    #[case("$A {A} $", "$A {A} $")]
    fn substitutes(#[case] template: &str, #[case] expected: &str) {
        let Substituted::Text { text, .. } = substitute(template, &env()) else {
            panic!("was dropped");
        };
        assert_eq!(text, expected);
    }

    #[rstest]
    #[case("${NONE}", "NONE")]
    #[case("a ${A} ${ NONE } b", "NONE")]
    #[case("${NONE:-}", "NONE")]
    #[case("${EMPTY:-}", "EMPTY")]
    #[case("${}", "")]
    fn drops_what_is_not_set(#[case] template: &str, #[case] variable: &str) {
        let variable = variable.to_owned();
        assert_eq!(
            substitute(template, &env()),
            Substituted::Unset { variable }
        );
    }

    #[rstest]
    #[case("${A}", true)]
    #[case("$${A}", false)]
    #[case("${NONE:-fallback}", false)]
    fn marks_what_came_from_the_environment(#[case] template: &str, #[case] expected: bool) {
        let Substituted::Text {
            from_environment, ..
        } = substitute(template, &env())
        else {
            panic!("was dropped");
        };
        assert_eq!(from_environment, expected);
    }

    proptest! {
        /// Whatever text is cut into literals, escapes and variables comes back whole.
        #[test]
        fn round_trips(pieces in prop::collection::vec((0..3usize, "[a-zA-Z0-9 .:/-]{0,8}"), 0..8)) {
            let mut template = String::new();
            let mut expected = String::new();
            let mut variables = Vec::new();
            for (index, (kind, text)) in pieces.iter().enumerate() {
                match kind {
                    0 => {
                        template.push_str(text);
                        expected.push_str(text);
                    }
                    1 => {
                        template.push_str(&format!("$${{{text}}}"));
                        expected.push_str(&format!("${{{text}}}"));
                    }
                    _ => {
                        template.push_str(&format!("${{V{index}}}"));
                        expected.push_str(text.trim());
                        variables.push((format!("V{index}"), text.clone()));
                    }
                }
            }
            let env = variables.into_iter().collect();
            match substitute(&template, &env) {
                Substituted::Text { text, .. } => prop_assert_eq!(text, expected),
                Substituted::Unset { variable } => prop_assert!(false, "dropped for {}", variable),
            }
        }

        #[test]
        fn never_panics(template in "[${}:\\-a é]{0,40}") {
            substitute(&template, &Environment::default());
        }
    }
}

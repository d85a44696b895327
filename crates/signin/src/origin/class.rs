//! A class of characters: `[a-z]`, `[!ab]`, `[[:digit:]_]`.

use super::{
    PatternError,
    letter::{CHARACTER, push_letter},
};

/// The POSIX classes. In ASCII they are what the same names are here.
const NAMES: [&str; 14] = [
    "[:alnum:]",
    "[:alpha:]",
    "[:ascii:]",
    "[:blank:]",
    "[:cntrl:]",
    "[:digit:]",
    "[:graph:]",
    "[:lower:]",
    "[:print:]",
    "[:punct:]",
    "[:space:]",
    "[:upper:]",
    "[:word:]",
    "[:xdigit:]",
];

/// Reads the class at the start of `text`: its expression, and how many
/// characters it takes.
pub(super) fn parse(text: &[char]) -> Result<(String, usize), PatternError> {
    let mut class = Class::default();
    let mut at = 1;
    if let Some('!' | '^') = text.get(at) {
        class.negated = true;
        at += 1;
    }
    let start = at;
    loop {
        let &first = text.get(at).ok_or(PatternError::UnclosedClass)?;
        if first == ']' && at > start {
            return Ok((class.expression()?, at + 1));
        }
        if let Some(name) = name_at(&text[at..]) {
            class.add_name(name);
            at += name.len();
            continue;
        }
        let from = member(text, &mut at)?;
        if text.get(at) != Some(&'-') {
            class.add(from, from);
            continue;
        }
        if text.get(at + 1) == Some(&']') {
            class.add(from, from);
            class.add('-', '-');
            at += 1;
            continue;
        }
        at += 1;
        // minimatch lets no pattern fit with a range that ends in a class.
        if name_at(text.get(at..).unwrap_or_default()).is_some() {
            return Err(PatternError::EmptyClass);
        }
        let to = member(text, &mut at)?;
        class.add(from, to);
    }
}

/// The character at `at`, its escape taken off.
fn member(text: &[char], at: &mut usize) -> Result<char, PatternError> {
    if text.get(*at) == Some(&'\\') {
        *at += 1;
    }
    let &letter = text.get(*at).ok_or(PatternError::UnclosedClass)?;
    *at += 1;
    Ok(letter)
}

fn name_at(text: &[char]) -> Option<&'static str> {
    NAMES.into_iter().find(|name| {
        name.len() <= text.len() && name.chars().eq(text[..name.len()].iter().copied())
    })
}

#[derive(Default)]
struct Class {
    negated: bool,
    /// Ranges and names, as in the brackets of an expression.
    members: String,
    /// Classes that minimatch defines by what is not in them, and therefore
    /// adds to a negated class instead of taking them from it.
    inverse: String,
}

impl Class {
    fn add_name(&mut self, name: &'static str) {
        if !matches!(name, "[:graph:]" | "[:print:]") {
            self.members.push_str(name);
        } else if self.negated {
            self.inverse.push_str("[^[:graph:]]");
        } else {
            // Every character of an origin is one that can be seen.
            self.inverse.push_str("[:graph:]");
        }
    }

    /// A range; one that is out of order adds nothing.
    fn add(&mut self, from: char, to: char) {
        if from <= to {
            push_letter(&mut self.members, from);
            self.members.push('-');
            push_letter(&mut self.members, to);
        }
    }

    fn expression(self) -> Result<String, PatternError> {
        let Self {
            negated,
            members,
            inverse,
        } = self;
        if members.is_empty() && inverse.is_empty() {
            return Err(PatternError::EmptyClass);
        }
        let not = if negated { "^" } else { "" };
        let members = if members.is_empty() {
            members
        } else {
            format!("[{not}{members}]")
        };
        Ok(format!("[{members}{inverse}&&{CHARACTER}]"))
    }
}

//! Brace expansion, as the package that minimatch uses does it: `{a,b}`,
//! `{1..9}`, `{01..10..3}`, `{a..e}`, nested. What is no set stays as it is.

use std::collections::BTreeSet;

use super::{
    PatternError,
    pattern_error::{MAX_ALTERNATIVES, MAX_DEPTH},
    sequence,
};

/// Most characters that all of them may have.
const MAX_LENGTH: usize = 32 * 1024;
/// Bounds the work: characters read and written.
const MAX_WORK: usize = 2 * 1024 * 1024;

/// A character, and whether it may be syntax.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Live(char),
    /// It was escaped, and the escape is gone.
    Quiet(char),
}

const OPEN: Unit = Unit::Live('{');
const CLOSE: Unit = Unit::Live('}');
const COMMA: Unit = Unit::Live(',');

type Text = Vec<Unit>;

/// The patterns that `pattern` stands for.
pub(super) fn expand(pattern: &str) -> Result<BTreeSet<String>, PatternError> {
    let has_braces = pattern
        .find('{')
        .is_some_and(|open| pattern[open..].contains('}'));
    if !has_braces {
        return Ok(BTreeSet::from([pattern.to_owned()]));
    }
    let mut expansion = Expansion { work: MAX_WORK };
    let texts = expansion.expand(read(pattern), 0)?;
    let texts: BTreeSet<String> = texts.into_iter().map(written).collect();
    if texts.iter().map(String::len).sum::<usize>() > MAX_LENGTH {
        return Err(PatternError::TooManyAlternatives);
    }
    Ok(texts)
}

/// Takes the escapes off braces, commas and dots; leaves the others to the
/// parser of segments.
fn read(pattern: &str) -> Text {
    let mut text = Text::new();
    let mut letters = pattern.chars().peekable();
    // A `{}` at the start is never one of a set.
    if pattern.starts_with("{}") {
        text.extend([Unit::Quiet('{'), Unit::Quiet('}')]);
        letters.nth(1);
    }
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        match next {
            Some('\\') if letter == '\\' => text.extend([Unit::Quiet('\\'); 2]),
            Some(escaped @ ('{' | '}' | ',' | '.')) if letter == '\\' => {
                text.push(Unit::Quiet(escaped));
            }
            _ => {
                text.push(Unit::Live(letter));
                continue;
            }
        }
        letters.next();
    }
    text
}

fn written(text: Text) -> String {
    text.into_iter()
        .map(|(Unit::Live(letter) | Unit::Quiet(letter))| letter)
        .collect()
}

struct Expansion {
    work: usize,
}

impl Expansion {
    fn charge(&mut self, work: usize) -> Result<(), PatternError> {
        self.work = self
            .work
            .checked_sub(work)
            .ok_or(PatternError::TooManyAlternatives)?;
        Ok(())
    }

    fn expand(&mut self, mut rest: Text, depth: usize) -> Result<Vec<Text>, PatternError> {
        if depth > MAX_DEPTH {
            return Err(PatternError::TooDeep);
        }
        let mut done = vec![Text::new()];
        loop {
            self.charge(rest.len() + 1)?;
            let Some((open, close)) = first_pair(&rest) else {
                return self.joined(&done, &[rest]);
            };
            let (before, body, after) = (&rest[..open], &rest[open + 1..close], &rest[close + 1..]);
            let values = if before.last() == Some(&Unit::Live('$')) {
                // `${` is no set.
                vec![rest[open..=close].to_vec()]
            } else if let Some(values) = sequence(body)? {
                values
            } else if body.contains(&COMMA) {
                self.members(body, depth)?
            } else if comma_set_follows(after) {
                // `{a},b}` is the set of `a}` and `b`.
                rest[close] = Unit::Quiet('}');
                continue;
            } else {
                return self.joined(&done, &[rest]);
            };
            done = self.joined(&done, &[before.to_vec()])?;
            done = self.joined(&done, &values)?;
            rest.drain(..=close);
        }
    }

    /// What the members of a set stand for.
    fn members(&mut self, body: &[Unit], depth: usize) -> Result<Vec<Text>, PatternError> {
        let mut members = split(body);
        if let [only] = members.as_slice() {
            // `{{a,b}}` is `{a}` and `{b}`.
            members = self.expand(only.clone(), depth + 1)?;
            for member in &mut members {
                member.insert(0, OPEN);
                member.push(CLOSE);
            }
            if members.len() == 1 {
                return Ok(members);
            }
        }
        let mut values = Vec::new();
        for member in members {
            values.extend(self.expand(member, depth + 1)?);
            if values.len() > MAX_ALTERNATIVES {
                return Err(PatternError::TooManyAlternatives);
            }
        }
        Ok(values)
    }

    /// Every one of `starts` with every one of `ends`.
    fn joined(&mut self, starts: &[Text], ends: &[Text]) -> Result<Vec<Text>, PatternError> {
        if starts.len().saturating_mul(ends.len()) > MAX_ALTERNATIVES {
            return Err(PatternError::TooManyAlternatives);
        }
        let mut joined = Vec::with_capacity(starts.len() * ends.len());
        for start in starts {
            for end in ends {
                self.charge(start.len() + end.len() + 1)?;
                joined.push([start.as_slice(), end.as_slice()].concat());
            }
        }
        Ok(joined)
    }
}

/// The values of a sequence; `None` for anything else.
fn sequence(body: &[Unit]) -> Result<Option<Vec<Text>>, PatternError> {
    let live = body.iter().map(|unit| match unit {
        Unit::Live(letter) => Some(*letter),
        Unit::Quiet(_) => None,
    });
    let Some(body) = live.collect::<Option<String>>() else {
        return Ok(None);
    };
    let as_text = |value: String| value.chars().map(Unit::Live).collect();
    Ok(sequence::values(&body)?.map(|values| values.into_iter().map(as_text).collect()))
}

/// The first `{` that is closed, and its `}`.
fn first_pair(text: &[Unit]) -> Option<(usize, usize)> {
    let mut open = Vec::new();
    let mut first: Option<(usize, usize)> = None;
    for (at, unit) in text.iter().enumerate() {
        if *unit == OPEN {
            open.push(at);
        } else if *unit == CLOSE
            && let Some(start) = open.pop()
        {
            first = first
                .filter(|(earlier, _)| *earlier < start)
                .or(Some((start, at)));
        }
    }
    first
}

/// A comma with something after it, and a `}` after that.
fn comma_set_follows(text: &[Unit]) -> bool {
    let Some(close) = text.iter().rposition(|unit| *unit == CLOSE) else {
        return false;
    };
    (0..close).any(|at| text[at] == COMMA && text.get(at + 1) != Some(&COMMA))
}

/// The members of a set: split at the commas that are in no inner set.
fn split(body: &[Unit]) -> Vec<Text> {
    let mut depth = 0_usize;
    let mut members = vec![Text::new()];
    for unit in body {
        match *unit {
            OPEN => depth += 1,
            CLOSE => depth = depth.saturating_sub(1),
            COMMA if depth == 0 => {
                members.push(Text::new());
                continue;
            }
            _ => {}
        }
        if let Some(member) = members.last_mut() {
            member.push(*unit);
        }
    }
    members
}

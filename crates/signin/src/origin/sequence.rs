//! Sequences in braces: `{1..3}`, `{01..10..3}`, `{a..e}`.

use super::{PatternError, pattern_error::MAX_ALTERNATIVES};

/// Up to here every whole number is one in JavaScript.
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// From one value to another, both included.
struct Sequence {
    first: i64,
    last: i64,
    step: i64,
    values: Values,
}

enum Values {
    Letters,
    /// Filled up with zeros to this width.
    Numbers(usize),
}

/// The values of what is between two braces; `None` if it is no sequence.
pub(super) fn values(body: &str) -> Result<Option<Vec<String>>, PatternError> {
    let Some(sequence) = parse(body)? else {
        return Ok(None);
    };
    let length = sequence.last.abs_diff(sequence.first) / sequence.step.unsigned_abs();
    if length >= MAX_ALTERNATIVES as u64 {
        return Err(PatternError::TooManyAlternatives);
    }
    Ok(Some(sequence.written()))
}

impl Sequence {
    fn written(&self) -> Vec<String> {
        let mut values = Vec::new();
        let mut value = self.first;
        let towards = (self.last - self.first).signum();
        while (self.last - value) * towards >= 0 {
            values.push(match self.values {
                Values::Letters => as_letter(value),
                Values::Numbers(width) => format!("{value:0width$}"),
            });
            if towards == 0 {
                break;
            }
            value += self.step * towards;
        }
        values
    }
}

fn parse(body: &str) -> Result<Option<Sequence>, PatternError> {
    let parts: Vec<&str> = body.split("..").collect();
    let (from, to, step) = match *parts.as_slice() {
        [from, to] => (from, to, "1"),
        [from, to, step] => (from, to, step),
        _ => return Ok(None),
    };
    if !is_number(step) {
        return Ok(None);
    }
    let (first, last, values) = if let (Some(first), Some(last)) = (letter(from), letter(to)) {
        (first, last, Values::Letters)
    } else if is_number(from) && is_number(to) {
        let padded = parts.iter().any(|part| is_padded(part));
        let width = if padded { from.len().max(to.len()) } else { 0 };
        (number(from)?, number(to)?, Values::Numbers(width))
    } else {
        return Ok(None);
    };
    Ok(Some(Sequence {
        first,
        last,
        step: number(step)?.abs().max(1),
        values,
    }))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Result<i64, PatternError> {
    text.parse()
        .ok()
        .filter(|number: &i64| number.unsigned_abs() <= MAX_NUMBER)
        .ok_or(PatternError::TooManyAlternatives)
}

/// `01`, `-05`: then every value is as wide as the wider end.
fn is_padded(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    matches!(digits, [b'0', second, ..] if second.is_ascii_digit())
}

fn letter(text: &str) -> Option<i64> {
    match text.as_bytes() {
        [byte] if byte.is_ascii_alphabetic() => Some(i64::from(*byte)),
        _ => None,
    }
}

/// Between `Z` and `a` there is a backslash, which is left out.
fn as_letter(code: i64) -> String {
    u8::try_from(code)
        .ok()
        .map(char::from)
        .filter(|letter| *letter != '\\')
        .map(String::from)
        .unwrap_or_default()
}

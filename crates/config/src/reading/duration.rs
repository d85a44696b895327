//! Durations in the three forms of `readDurationFromConfig`.

use jiff::SignedDuration;

use super::field::Field;
use crate::{
    document::Value,
    problem::{nearest, one_of},
    text,
};

const MS: f64 = 1.0;
const SECOND: f64 = 1000.0 * MS;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
const WEEK: f64 = 7.0 * DAY;
/// `durationToMilliseconds` of `@backstage/types` counts months and years so.
const MONTH: f64 = 30.0 * DAY;
const YEAR: f64 = 365.0 * DAY;
/// But the `ms` package counts a year so.
const MS_YEAR: f64 = 365.25 * DAY;

const PROPERTIES: [(&str, f64); 8] = [
    ("years", YEAR),
    ("months", MONTH),
    ("weeks", WEEK),
    ("days", DAY),
    ("hours", HOUR),
    ("minutes", MINUTE),
    ("seconds", SECOND),
    ("milliseconds", MS),
];

const EXPECTED: &str =
    "a duration such as `1 hour`, `90s`, `PT1H30M` or `{ hours: 1, minutes: 30 }`";

impl Field<'_> {
    /// A duration in any of Backstage's three forms.
    pub(crate) fn duration(&self) -> Option<SignedDuration> {
        match &self.node.value {
            Value::Object(_) => read_object(self),
            Value::Text(text) => match parse(text).and_then(to_duration) {
                Some(duration) => Some(duration),
                None => self.wrong(EXPECTED),
            },
            _ => self.wrong(EXPECTED),
        }
    }

    /// A duration, brought within limits with a warning: Backstage has none.
    pub(crate) fn duration_within(&self, limits: &Limits) -> Option<SignedDuration> {
        let duration = self.duration()?;
        Some(limits.apply(self, duration))
    }
}

fn read_object(field: &Field<'_>) -> Option<SignedDuration> {
    let section = field.section()?;
    let names = || PROPERTIES.iter().map(|(name, _)| *name);
    let mut sum = 0.0;
    let mut count = 0;
    let mut valid = true;
    for part in section.fields() {
        let Some((_, unit)) = PROPERTIES.iter().find(|(name, _)| *name == part.key) else {
            let mut problem = crate::problem::Problem::new(
                part.key_place,
                &part.path,
                format!(
                    "this is no part of a duration, expected {}",
                    one_of(names())
                ),
            );
            if let Some(meant) = nearest(part.key, names()) {
                problem = problem.with_help(format!("did you mean `{meant}`?"));
            }
            field.error::<()>(problem);
            valid = false;
            continue;
        };
        match part.number() {
            Some(number) => sum += number * unit,
            None => valid = false,
        }
        count += 1;
    }
    if !valid {
        return None;
    }
    if count == 0 {
        let message = format!("found an empty duration, expected {}", one_of(names()));
        return field.error(field.problem(message));
    }
    to_duration(sum).or_else(|| field.wrong(EXPECTED))
}

/// Milliseconds of a text; `None` if it is no duration.
fn parse(input: &str) -> Option<f64> {
    let input = text::trim(input);
    if input.starts_with('P') {
        parse_iso(input)
    } else {
        parse_ms(input)
    }
}

/// ISO 8601 as Backstage reads it: every part may have a fraction and a sign,
/// and weeks stand beside the others.
fn parse_iso(input: &str) -> Option<f64> {
    let rest = input.strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (rest, None),
    };
    const DATE: [(char, f64); 4] = [('Y', YEAR), ('M', MONTH), ('W', WEEK), ('D', DAY)];
    const TIME: [(char, f64); 3] = [('H', HOUR), ('M', MINUTE), ('S', SECOND)];
    let date = parse_parts(date, &DATE)?;
    let time = parse_parts(time.unwrap_or_default(), &TIME)?;
    let (count, sum) = (date.0 + time.0, date.1 + time.1);
    (count > 0).then_some(sum)
}

/// `1Y2M`: how many parts, and their sum.
fn parse_parts(text: &str, units: &[(char, f64)]) -> Option<(usize, f64)> {
    let (mut rest, mut count, mut sum) = (text, 0, 0.0);
    for (letter, unit) in units {
        // The letters left over belong to a later unit, or to none.
        let end = rest.find(|c: char| c.is_ascii_alphabetic());
        let Some(end) = end.filter(|end| rest[*end..].starts_with(*letter)) else {
            continue;
        };
        sum += parse_part(&rest[..end], *letter)? * unit;
        count += 1;
        rest = &rest[end + 1..];
    }
    rest.is_empty().then_some((count, sum))
}

/// `-?\d{1,20}(\.\d{1,20})?`; seconds may have a comma, and count down to milliseconds.
fn parse_part(text: &str, letter: char) -> Option<f64> {
    let is_seconds = letter == 'S';
    let separators: &[char] = if is_seconds { &['.', ','] } else { &['.'] };
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once(separators) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits =
        |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) {
        return None;
    }
    let mut value: f64 = format!("{whole}.{}", fraction.unwrap_or("0"))
        .parse()
        .ok()?;
    if is_seconds {
        let fraction: f64 = format!("0.{}", fraction.unwrap_or("0")).parse().ok()?;
        value = whole.parse::<f64>().ok()? + (fraction * 1000.0).floor() / 1000.0;
    }
    Some(if text.starts_with('-') { -value } else { value })
}

/// What the `ms` package reads, unless it is a bare whole number or negative.
fn parse_ms(input: &str) -> Option<f64> {
    if input.len() > 100 || input.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let split = input
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(input.len());
    let (number, unit) = input.split_at(split);
    let well_formed = number.ends_with(|c: char| c.is_ascii_digit())
        && number.bytes().filter(|b| *b == b'.').count() <= 1;
    if !well_formed {
        return None;
    }
    let number: f64 = number.parse().ok()?;
    let unit = match unit.trim_start_matches(' ').to_ascii_lowercase().as_str() {
        "" if unit.is_empty() => MS,
        "milliseconds" | "millisecond" | "msecs" | "msec" | "ms" => MS,
        "seconds" | "second" | "secs" | "sec" | "s" => SECOND,
        "minutes" | "minute" | "mins" | "min" | "m" => MINUTE,
        "hours" | "hour" | "hrs" | "hr" | "h" => HOUR,
        "days" | "day" | "d" => DAY,
        "weeks" | "week" | "w" => WEEK,
        "years" | "year" | "yrs" | "yr" | "y" => MS_YEAR,
        _ => return None,
    };
    let milliseconds = number * unit;
    // Backstage takes whole years out and counts those as 365 days each.
    let years = (milliseconds / MS_YEAR).floor();
    Some(milliseconds - years * MS_YEAR + years * YEAR)
}

fn to_duration(milliseconds: f64) -> Option<SignedDuration> {
    // A million years, well within what a duration can hold.
    const MOST: f64 = 1e6 * YEAR;
    (milliseconds.is_finite() && milliseconds.abs() <= MOST)
        .then(|| SignedDuration::from_micros((milliseconds * 1000.0).round() as i64))
}

/// The least and the most a setting may be.
pub(crate) struct Limits {
    /// Used for what is zero or less.
    pub(crate) default: Option<SignedDuration>,
    pub(crate) least: SignedDuration,
    pub(crate) most: SignedDuration,
}

impl Limits {
    fn apply(&self, field: &Field<'_>, duration: SignedDuration) -> SignedDuration {
        let used = match self.default {
            Some(default) if !duration.is_positive() => default,
            _ => duration.clamp(self.least, self.most),
        };
        if used != duration {
            let message = format!(
                "found a duration of {duration:#}, expected one from {:#} to {:#}",
                self.least, self.most
            );
            field.warn(
                field
                    .problem(message)
                    .with_help(format!("{used:#} is used")),
            );
        }
        used
    }
}

#[cfg(test)]
mod tests;

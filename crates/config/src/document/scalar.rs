//! What a scalar means: YAML 1.2's core schema (section 10.3), which is what
//! Backstage's YAML library follows.

use granit_parser::{ScalarStyle, Tag};

use super::node::Value;

/// Resolves a scalar by its tag, or by its looks when it is plain.
pub(crate) fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    match tag.map(Tag::core_suffix) {
        Some(Some("null" | "bool" | "int" | "float")) => plain(text),
        // A tag nobody knows leaves the text as it is.
        Some(_) => Value::Text(text.to_owned()),
        None if style == ScalarStyle::Plain => plain(text),
        None => Value::Text(text.to_owned()),
    }
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if unsigned == text => return Some(f64::NAN),
        _ => {}
    }
    is_decimal(unsigned).then(|| unsigned.parse::<f64>().ok().map(|n| sign * n))?
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|e| digits(e.strip_prefix(['-', '+']).unwrap_or(e)));
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    mantissa_fits && exponent_fits
}

fn radix(digits: &str, radix: u32) -> Option<f64> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    Some(digits.chars().fold(0.0, |sum, c| {
        sum * f64::from(radix) + f64::from(c.to_digit(radix).unwrap_or_default())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("7", 7.0)]
    #[case("-0012", -12.0)]
    #[case("0o17", 15.0)]
    #[case("0xfF", 255.0)]
    #[case("1.", 1.0)]
    #[case(".5", 0.5)]
    #[case("6e2", 600.0)]
    #[case("+1.5E-1", 0.15)]
    #[case("-.inf", f64::NEG_INFINITY)]
    fn reads_numbers(#[case] text: &str, #[case] expected: f64) {
        assert_eq!(number(text), Some(expected));
    }

    #[rstest]
    #[case("1_000")]
    #[case("0x")]
    #[case("1.2.3")]
    #[case("e5")]
    #[case(".")]
    #[case("-")]
    #[case("12:30")]
    #[case("inf")]
    #[case("-.nan")]
    fn leaves_other_text_alone(#[case] text: &str) {
        assert_eq!(number(text), None);
    }
}

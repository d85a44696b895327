//! Text the way JavaScript sees it, because Backstage reads it that way.

/// What `String.prototype.trim` takes for white space.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// `String.prototype.trim`.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `String.prototype.trimEnd`.
pub(crate) fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// Whether Backstage would let this be a part of a configuration key:
/// `/^[a-z][a-z0-9]*(?:[-_:][a-z0-9]+)*$/i`.
pub(crate) fn is_key_part(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_alphabetic())
        && part
            .split(['-', '_', ':'])
            .all(|run| !run.is_empty() && run.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// `Number(text)` of trimmed text; `None` where that is not a finite number.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = trim(text);
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        let digits = text
            .get(..2)
            .filter(|start| start.eq_ignore_ascii_case(prefix))
            .and(text.get(2..));
        if let Some(digits) = digits {
            let all = digits.chars().all(|c| c.is_digit(radix));
            return u64::from_str_radix(digits, radix)
                .ok()
                .filter(|_| all)
                .map(|n| n as f64);
        }
    }
    // Rust also reads "inf" and "nan", which JavaScript does not.
    let decimal = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    text.parse::<f64>()
        .ok()
        .filter(|n| decimal && n.is_finite())
}

/// `String(number)` for the numbers that occur in configuration.
pub(crate) fn number_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("7007", Some(7007.0))]
    #[case(" 1e3 ", Some(1000.0))]
    #[case("0x10", Some(16.0))]
    #[case("-1.5", Some(-1.5))]
    #[case(".5", Some(0.5))]
    #[case("", None)]
    #[case("inf", None)]
    #[case("NaN", None)]
    #[case("0x", None)]
    #[case("0x+1", None)]
    #[case("12px", None)]
    #[case("é", None)]
    fn reads_numbers_as_javascript_does(#[case] text: &str, #[case] expected: Option<f64>) {
        assert_eq!(number(text), expected);
    }

    #[rstest]
    #[case("auth", true)]
    #[case("a1-b_c:d", true)]
    #[case("1a", false)]
    #[case("a--b", false)]
    #[case("a.b", false)]
    #[case("", false)]
    #[case("-a", false)]
    fn knows_key_parts(#[case] part: &str, #[case] expected: bool) {
        assert_eq!(is_key_part(part), expected);
    }

    #[test]
    fn trims_a_byte_order_mark_but_not_a_next_line() {
        assert_eq!(trim("\u{feff} a\u{85} "), "a\u{85}");
        assert_eq!(trim_end(" a \n"), " a");
    }
}

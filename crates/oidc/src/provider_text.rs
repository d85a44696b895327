//! Text that came from outside and goes into an error or a log.

/// Longest text shown of an error description, in characters.
const DESCRIPTION_LIMIT: usize = 300;
/// Longest text shown of a single value, in characters.
const VALUE_LIMIT: usize = 160;

/// A provider's `error_description`, made safe to show.
pub(crate) fn shown_description(text: &str) -> String {
    cleaned(text, DESCRIPTION_LIMIT)
}

/// A single value (an issuer, an error code, a key id), made safe to show.
pub(crate) fn shown(text: &str) -> String {
    cleaned(text, VALUE_LIMIT)
}

/// `text` without anything that could forge a log line or reorder what is read,
/// at most `limit` characters of it.
fn cleaned(text: &str, limit: usize) -> String {
    let mut chars = text.trim().chars();
    let mut safe: String = chars
        .by_ref()
        .take(limit)
        .map(|c| if is_deceptive(c) { ' ' } else { c })
        .collect();
    if chars.next().is_some() {
        safe.push('…');
    }
    safe
}

/// Control characters, line separators, and marks that are invisible or change
/// the direction of the text.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_direction_marks_become_blanks() {
        assert_eq!(shown("a\nb\u{202e}c\u{7f}d"), "a b c d");
    }

    #[test]
    fn long_text_is_cut_by_characters() {
        let cut = shown(&"é".repeat(VALUE_LIMIT + 1));
        assert_eq!(cut.chars().count(), VALUE_LIMIT + 1);
        assert!(cut.ends_with('…'));
    }
}

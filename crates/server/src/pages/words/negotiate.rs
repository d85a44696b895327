//! Which language a person is spoken to in: the one they chose, else the best
//! that their browser asks for.

use super::{ENGLISH, LANGUAGES, Words};

/// The cookie that keeps the choice.
pub(crate) const COOKIE: &str = "stagedoor-language";

/// More ranges than this are not looked at.
const MAX_RANGES: usize = 32;

/// The language of a tag, exactly.
pub(crate) fn words_named(tag: &str) -> Option<&'static Words> {
    LANGUAGES.into_iter().find(|words| words.tag == tag)
}

/// The chosen language, else the best of an `Accept-Language` (RFC 9110 section
/// 12.5.4; ranges match as in RFC 4647 section 3.4: `de-AT` finds `de`), else
/// English.
pub(crate) fn words_for(chosen: Option<&str>, accept_language: Option<&str>) -> &'static Words {
    chosen
        .and_then(words_named)
        .or_else(|| best(accept_language?))
        .unwrap_or(ENGLISH)
}

fn best(accept_language: &str) -> Option<&'static Words> {
    let mut ranges: Vec<(u16, &str)> = accept_language
        .split(',')
        .take(MAX_RANGES)
        .filter_map(range)
        .filter(|(weight, _)| *weight > 0)
        .collect();
    // Stable: of equal ones the first counts.
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    ranges.into_iter().find_map(|(_, range)| {
        if range == "*" {
            return Some(ENGLISH);
        }
        let language = range.split('-').next()?;
        LANGUAGES
            .into_iter()
            .find(|words| words.tag.eq_ignore_ascii_case(language))
    })
}

/// A range and its weight in thousandths; 1000 where none is given.
fn range(text: &str) -> Option<(u16, &str)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    let weight = match weight {
        None => 1.0,
        Some(weight) => weight
            .parse::<f32>()
            .ok()
            .filter(|q| (0.0..=1.0).contains(q))?,
    };
    Some(((weight * 1000.0) as u16, range))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_best_that_is_asked_for_is_spoken() {
        for (asked, spoken) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("DE-at, en;q=0.9", "de"),
            ("en;q=0.8, fr;q=0.9, de;q=0.7", "fr"),
            ("pt-BR, es;q=0.6, en;q=0.4", "es"),
            ("nl, sv;q=0.5", "en"),
            ("ja;q=0, fr;q=0.1", "fr"),
            ("*", "en"),
            ("nl, *;q=0.5, ar;q=0.1", "en"),
            ("ar-EG,ar;q=0.9,en-US;q=0.8", "ar"),
            ("de;q=2, ja", "ja"),
            ("fr , ; , de", "fr"),
            ("de;q=0.500, es;q=0.501", "es"),
            ("zh-Hant, ja ; q=0.3", "ja"),
            ("", "en"),
        ] {
            assert_eq!(words_for(None, Some(asked)).tag, spoken, "{asked}");
        }
    }

    #[test]
    fn a_choice_goes_first_where_it_is_one() {
        assert_eq!(words_for(Some("ja"), Some("de")).tag, "ja");
        assert_eq!(words_for(Some("xx"), Some("de")).tag, "de");
        assert_eq!(words_for(None, None).tag, "en");
    }

    proptest! {
        #[test]
        fn any_header_finds_a_language(header in "\\PC{0,200}") {
            words_for(Some(&header), Some(&header));
        }
    }
}

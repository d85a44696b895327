//! What was probably meant.

use strsim::damerau_levenshtein;

/// The known word nearest to `word`, if it is near enough to be a typo of it.
/// Case, `-` and `_` do not count. A word that is itself known has none.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // Distances of long texts cost their product; nobody means those.
    if word.len() > 100 {
        return None;
    }
    let plain_word = plain(word);
    let mut best = None;
    for candidate in known {
        if candidate == word {
            return None;
        }
        let distance = damerau_levenshtein(&plain_word, &plain(candidate));
        let near = distance <= tolerance(candidate.len());
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn plain(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

fn tolerance(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        8..=14 => 2,
        _ => 3,
    }
}

/// `one of a, b, c`.
pub(crate) fn one_of<'k>(known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    match known.as_slice() {
        [only] => format!("`{only}`"),
        _ => format!("one of {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("promt", Some("prompt"))]
    #[case("metadataURL", Some("metadataUrl"))]
    #[case("metadta-url", Some("metadataUrl"))]
    #[case("clientID", Some("clientId"))]
    #[case("prompt", None)]
    #[case("audience", None)]
    #[case("id", None)]
    fn finds_the_nearest(#[case] word: &str, #[case] expected: Option<&str>) {
        let known = ["clientId", "metadataUrl", "prompt"];
        assert_eq!(nearest(word, known), expected);
    }
}

//! Keeping secrets out of what is shown.

use std::{borrow::Cow, ops::Range};

const MASK: &str = "•••";

/// Whether the value of this key must never be shown.
pub(crate) fn is_sensitive(key: &str) -> bool {
    let key: String = key
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    const ANYWHERE: [&str; 5] = ["secret", "password", "passwd", "passphrase", "credential"];
    const AT_THE_END: [&str; 3] = ["token", "key", "pwd"];
    // In `backend.cors` that is a boolean.
    if key == "credentials" {
        return false;
    }
    key == "connection"
        || key == "authorization"
        || ANYWHERE.iter().any(|word| key.contains(word))
        || AT_THE_END.iter().any(|word| key.ends_with(word))
}

/// The text with secrets taken out and every line kept: the given spans, what
/// follows a sensitive key, and credentials in URLs. The second rule is for
/// comments, and for a text that could not be parsed.
pub(super) fn redact(text: &str, spans: &[Range<usize>]) -> String {
    let masked = mask_spans(text, spans);
    let mut lines = Vec::new();
    // The indentation of the sensitive key whose value we are in.
    let mut inside: Option<(usize, bool)> = None;
    for line in masked.split('\n') {
        let indent = line.len() - line.trim_start().len();
        if let Some((parent, all)) = inside {
            let blank = line.trim().is_empty();
            if blank || indent > parent {
                let keep = blank || (!all && looks_like_a_key(line));
                if !keep {
                    lines.push(format!("{}{MASK}", &line[..indent]));
                    continue;
                }
            } else {
                inside = None;
            }
        }
        match sensitive_value(line) {
            Some(start) => {
                let rest = line[start..].trim();
                inside = Some((indent, !rest.is_empty()));
                let mask = if rest.is_empty() { "" } else { MASK };
                lines.push(format!("{} {mask}", &line[..start]).trim_end().to_owned());
            }
            None => lines.push(hide_credentials(line).into_owned()),
        }
    }
    lines.join("\n")
}

/// Replaces what the spans cover, from the last to the first.
fn mask_spans(text: &str, spans: &[Range<usize>]) -> String {
    let mut spans: Vec<_> = spans.to_vec();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    spans.dedup();
    let mut masked = text.to_owned();
    for span in spans {
        let Some(secret) = masked.get(span.clone()) else {
            continue;
        };
        let lines = secret.split('\n').count();
        let mut replacement = vec![MASK; lines];
        if secret.ends_with('\n') {
            replacement[lines - 1] = "";
        }
        masked.replace_range(span, &replacement.join("\n"));
    }
    masked
}

/// Where the value of the first sensitive key in this line starts.
fn sensitive_value(line: &str) -> Option<usize> {
    line.match_indices(':').find_map(|(colon, _)| {
        let before = line[..colon].trim_end().trim_end_matches(['"', '\'']);
        let key = before
            .rsplit(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .next()?;
        (!key.is_empty() && is_sensitive(key)).then_some(colon + 1)
    })
}

fn looks_like_a_key(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    line.split_once(':').is_some_and(|(key, rest)| {
        !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
            && (rest.is_empty() || rest.starts_with(' ') || rest.starts_with('\r'))
    })
}

/// Takes `user:password@` out of URLs.
pub(crate) fn hide_credentials(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(scheme) = rest.find("://") {
        let (before, after) = rest.split_at(scheme + 3);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\''))
            .unwrap_or(after.len());
        shown.push_str(before);
        match after[..end].rfind('@') {
            Some(at) => {
                shown.push_str(MASK);
                shown.push_str(&after[at..end]);
            }
            None => shown.push_str(&after[..end]),
        }
        rest = &after[end..];
    }
    if shown.is_empty() {
        return Cow::Borrowed(text);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("clientSecret", true)]
    #[case("client-secret", true)]
    #[case("secret", true)]
    #[case("password", true)]
    #[case("connection", true)]
    #[case("token", true)]
    #[case("apiKey", true)]
    #[case("Authorization", true)]
    #[case("authorizationUrl", false)]
    #[case("tokenEndpointAuthMethod", false)]
    #[case("tokenUrl", false)]
    #[case("backstageTokenExpiration", false)]
    #[case("keyStore", false)]
    #[case("clientId", false)]
    fn knows_sensitive_keys(#[case] key: &str, #[case] expected: bool) {
        assert_eq!(is_sensitive(key), expected);
    }

    #[rstest]
    #[case("clientSecret: hunter2", "clientSecret: •••")]
    #[case("  # password: hunter2", "  # password: •••")]
    #[case(
        "{ clientId: a, \"clientSecret\": hunter2 }",
        "{ clientId: a, \"clientSecret\": •••"
    )]
    #[case(
        "key: |\n  hunter2\n  more\nport: 1",
        "key: •••\n  •••\n  •••\nport: 1"
    )]
    #[case("secret:\n  - hunter2\nport: 1", "secret:\n  •••\nport: 1")]
    #[case(
        "connection:\n  host: a\n  password: b",
        "connection:\n  host: a\n  password: •••"
    )]
    #[case("url: https://u:p@h/x", "url: https://•••@h/x")]
    fn redacts_by_line(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(redact(text, &[]), expected);
    }

    #[test]
    fn redacts_spans_and_keeps_lines() {
        let text = "a: x\nb: \"one\n  two\"\nc: 1\n";
        let start = text.find('"').unwrap();
        let end = text.rfind('"').unwrap() + 1;
        let spans = vec![start..end; 1];
        assert_eq!(redact(text, &spans), "a: x\nb: •••\n•••\nc: 1\n");
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_the_number_of_lines(
            text in "(?s).{0,200}",
            spans in prop::collection::vec(0usize..220, 0..6),
        ) {
            let spans: Vec<_> = spans.chunks(2).filter(|c| c.len() == 2)
                .map(|c| c[0].min(c[1])..c[0].max(c[1])).collect();
            let redacted = redact(&text, &[]);
            prop_assert_eq!(text.split('\n').count(), redacted.split('\n').count());
            redact(&text, &spans);
        }
    }
}

//! Patterns of origins: what fits is what fits in minimatch, and nothing that
//! only looks like an origin does.

use std::{collections::BTreeMap, sync::LazyLock, time::Duration, time::Instant};

use proptest::prelude::*;
use stagedoor_signin::origin::{OriginPattern, PatternError};

/// Answers of minimatch: `fixtures/make-origin-patterns.mjs` says how they were
/// made.
#[derive(serde::Deserialize)]
struct Answers {
    written: Table,
    arbitrary: Table,
}

#[derive(serde::Deserialize)]
struct Table {
    origins: Vec<String>,
    /// For each pattern the indexes of the origins that fit.
    fits: BTreeMap<String, Vec<usize>>,
}

static ANSWERS: LazyLock<Answers> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../fixtures/origin-patterns.json")).unwrap()
});

/// The only patterns by hand that minimatch takes and we don't.
const REFUSED: [(&str, &str); 23] = [
    ("https://[ab.example.com", "UnclosedClass"),
    ("https://[.example.com", "UnclosedClass"),
    ("https://[!].example.com", "UnclosedClass"),
    ("https://[].example.com", "UnclosedClass"),
    ("https://[a/b].example.com", "UnclosedClass"),
    ("https://[a\\].example.com", "UnclosedClass"),
    ("https://[[:alpha:].example.com", "UnclosedClass"),
    ("https://[a-", "UnclosedClass"),
    ("https://[{a,b}.example.com", "UnclosedClass"),
    ("https://{Z..a}.example.com", "UnclosedClass"),
    ("https://[z-a].example.com", "EmptyClass"),
    ("https://[a-[:alpha:]].example.com", "EmptyClass"),
    ("https://!(a)*.example.com", "Negation"),
    ("https://*!(a).example.com", "Negation"),
    ("https://!(a).*.com", "Negation"),
    ("https://!(a)!(b).example.com", "Negation"),
    ("https://!(a).!(b).com", "Negation"),
    ("https://@(!(a)|b).example.com", "Negation"),
    ("https://!(!(a)).example.com", "Negation"),
    ("https://+(!(a)).example.com", "Negation"),
    ("https://@(a|ab)!(b).example.com", "Negation"),
    ("https://!(a)?(b).example.com", "Negation"),
    ("*!(s)://example.com", "Negation"),
];

/// Every pair of the table in which we differ, and the patterns we refuse.
fn compare(table: &Table) -> (Vec<String>, Vec<(String, String)>) {
    let mut differences = Vec::new();
    let mut refused = Vec::new();
    for (pattern, fits) in &table.fits {
        let parsed = match OriginPattern::parse(pattern) {
            Ok(parsed) => parsed,
            Err(error) => {
                refused.push((pattern.clone(), format!("{error:?}")));
                continue;
            }
        };
        for (index, origin) in table.origins.iter().enumerate() {
            let expected = fits.contains(&index);
            if parsed.matches(origin) != expected {
                differences.push(format!("{pattern} {origin}: minimatch says {expected}"));
            }
        }
    }
    (differences, refused)
}

#[test]
fn patterns_that_people_write_fit_what_they_fit_in_minimatch() {
    let (differences, refused) = compare(&ANSWERS.written);
    assert_eq!(differences, Vec::<String>::new());
    let mut expected = REFUSED.map(|(pattern, why)| (pattern.to_owned(), why.to_owned()));
    expected.sort();
    assert_eq!(refused, expected);
    assert!(ANSWERS.written.fits.len() > 300, "the table is whole");
}

#[test]
fn arbitrary_patterns_fit_what_they_fit_in_minimatch() {
    let (differences, refused) = compare(&ANSWERS.arbitrary);
    assert_eq!(differences, Vec::<String>::new());
    let all = ANSWERS.arbitrary.fits.len();
    assert!(
        refused.len() * 4 < all,
        "{} of {all}: {refused:?}",
        refused.len()
    );
}

/// What an attacker sends in place of an origin; minimatch lets some of it in.
const HOSTILE: [&str; 52] = [
    "",
    "null",
    "https",
    "https:",
    "https://",
    "https:///",
    "/",
    "//",
    "*",
    "#",
    "!",
    "example.com",
    "//a.example.com",
    "://a.example.com",
    "https:/a.example.com",
    "https:a.example.com",
    "https://evil.com/.example.com",
    "https://evil.com/a.example.com",
    "https://evil.com//a.example.com",
    "https://a.example.com/",
    "https://a.example.com/x",
    "https:///a.example.com",
    "https:////a.example.com",
    "https://a.example.com//",
    "https://evil.com#.example.com",
    "https://evil.com?.example.com",
    "https://evil.com\\.example.com",
    "https://evil.com@a.example.com",
    "https://user:pw@a.example.com",
    "https://a.example.com@evil.com",
    "https://.example.com",
    "https://..example.com",
    "https://.",
    "https://..",
    "https://./a.example.com",
    "https://evil.com/../a.example.com",
    " https://a.example.com",
    "https://a.example.com ",
    "https://a.example.com\n",
    "https://evil.com\n.example.com",
    "https://bücher.example.com",
    "https://\u{212a}.example.com",
    "https://\u{17f}.example.com",
    "https://a\u{3002}example.com",
    "https://evil.com\u{2215}.example.com",
    "https://evil.com%2f.example.com",
    "https://a.example.com\0",
    "https://*.example.com",
    "https://a.example.com,https://evil.com",
    "https://a.example.com https://evil.com",
    "javascript://a.example.com/%0aalert(1)",
    "1https://a.example.com",
];

#[test]
fn what_is_no_origin_fits_no_pattern() {
    let parsed: Vec<(&String, OriginPattern)> = ANSWERS
        .written
        .fits
        .keys()
        .filter_map(|pattern| Some((pattern, OriginPattern::parse(pattern).ok()?)))
        .collect();
    for origin in HOSTILE {
        for (pattern, parsed) in &parsed {
            assert!(!parsed.matches(origin), "{pattern} {origin}");
        }
        // Not even what is written out.
        if let Ok(itself) = OriginPattern::parse(origin) {
            assert!(!itself.matches(origin), "{origin}");
        }
    }
    let long = format!("https://{}.example.com", "a".repeat(300));
    assert!(
        !OriginPattern::parse("https://*.example.com")
            .unwrap()
            .matches(&long)
    );
}

#[test]
fn hosts_that_look_alike_do_not_fit() {
    let pattern = OriginPattern::parse("https://*.example.com").unwrap();
    for origin in [
        "https://example.com",
        "https://example.com.evil.com",
        "https://a.example.com.evil.com",
        "https://aexample.com",
        "https://a.example.com.",
        "https://a.example.comm",
        "https://a.example.co",
        "https://a.example-com",
        "https://a-example.com",
        "https://a.examplexcom",
        "https://a.example.com:8443",
        "https://a.example.com:443",
        "http://a.example.com",
        "httpss://a.example.com",
        "xhttps://a.example.com",
        "https://xn--a.example-com-9db",
    ] {
        assert!(!pattern.matches(origin), "{origin}");
    }
    assert!(pattern.matches("https://a.example.com"));
}

fn refusal(pattern: &str) -> PatternError {
    OriginPattern::parse(pattern).unwrap_err()
}

#[test]
fn what_is_unbounded_is_refused_at_once() {
    let start = Instant::now();
    for pattern in [
        "https://{1..1025}",
        "https://{1..999999999}",
        "https://{-9223372036854775808..9223372036854775807}",
        "https://{99999999999999999999..1}",
        "https://{1..9}{1..9}{1..9}{1..9}",
        &"{a,b}".repeat(200),
        &format!("https://{}", "!(a)b{1,2}".repeat(8)),
        &format!("{}{{1..1000}}{}", "{".repeat(30), ",{1..9}}".repeat(30)),
        &format!("https://{{{}..999}}", "0".repeat(900)),
        &format!("https://{}{{1..1000}}", "a".repeat(900)),
        "https://!(a)b{1..65}",
    ] {
        let error = refusal(pattern);
        assert!(
            matches!(
                error,
                PatternError::TooManyAlternatives | PatternError::Negation
            ),
            "{pattern}: {error:?}"
        );
    }
    let nested = |open: &str, close: &str| format!("{}a{}", open.repeat(40), close.repeat(40));
    assert!(matches!(
        refusal(&nested("{b,", "}")),
        PatternError::TooDeep
    ));
    assert!(matches!(refusal(&nested("*(", ")")), PatternError::TooDeep));
    assert!(matches!(refusal(&"a".repeat(1025)), PatternError::TooLong));
    assert!(matches!(
        refusal("https://a\n"),
        PatternError::ControlCharacter
    ));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn refusals_say_what_to_write_instead() {
    for (pattern, part) in [
        ("http://[x", "`\\[`"),
        ("http://x:{1024..65535}", "use `*`"),
        ("https://!(a)*.example.com", "list what is allowed"),
    ] {
        let message = refusal(pattern).to_string();
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn as_many_alternatives_as_are_allowed_are_quick() {
    let start = Instant::now();
    let pattern = OriginPattern::parse("http?(s)://*.example.com:{3000..4023}").unwrap();
    for _ in 0..100 {
        assert!(pattern.matches("https://a.example.com:4023"));
        assert!(!pattern.matches("https://a.example.com:4024"));
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}

/// Text in which syntax is frequent.
fn pattern() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-c.:/-]",
        4 => r"[!*?@+(){}\[\]|,\\^$#.-]",
        1 => prop::sample::select(vec![
            "https://", "{1..9}", "{a,b}", "*(", "!(", "[[:alpha:]", "[!", "..", "{01..999}",
        ]).prop_map(str::to_owned),
        1 => "\\PC",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_pattern_panics_or_takes_long(pattern in pattern(), text in "\\PC{0,40}", host in "[a-c][a-c.-]{0,199}") {
        let start = Instant::now();
        let opposite = format!("!{pattern}");
        if let (Ok(parsed), Ok(opposite)) = (OriginPattern::parse(&pattern), OriginPattern::parse(&opposite)) {
            let origin = format!("https://{host}");
            let either = parsed.matches(&origin) != opposite.matches(&origin);
            prop_assert!(either || pattern.starts_with('#'));
            let neither = !parsed.matches(&text) && !opposite.matches(&text);
            prop_assert!(neither || text.contains("://"));
        }
        prop_assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }

    #[test]
    fn a_subdomain_is_what_fits(before in "[a-zA-Z0-9.:/@#?\\\\%_-]{0,24}", end in "(\\.example\\.com)?", scheme in "(https://)?") {
        let text = format!("{scheme}{before}{end}");
        let fits = OriginPattern::parse("https://*.example.com").unwrap().matches(&text);
        // Not every text with such letters is a URL; those that are mean the host.
        if fits && let Ok(url) = url::Url::parse(&text) {
            prop_assert!(url.host_str().is_some_and(|host| host.ends_with(".example.com")), "{text}");
            prop_assert!(url.username().is_empty() && url.path() == "/");
        }
    }

    #[test]
    fn a_literal_pattern_fits_itself_and_nothing_else(host in "[a-z0-9-]{1,20}(\\.[a-z0-9-]{1,9}){0,3}", other in "[a-z0-9.-]{1,20}") {
        let origin = format!("https://{host}");
        let other = format!("https://{other}");
        let parsed = OriginPattern::parse(&origin).unwrap();
        prop_assert!(parsed.matches(&origin));
        prop_assert!(parsed.matches(&origin.to_uppercase()));
        prop_assert_eq!(parsed.matches(&other), other == origin);
        for more in [".evil.com", ":8443", "@evil.com"] {
            let longer = format!("{origin}{more}");
            prop_assert!(!parsed.matches(&longer), "{longer}");
        }
    }
}

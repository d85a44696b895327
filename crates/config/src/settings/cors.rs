//! `backend.cors`.

use jiff::SignedDuration;

use crate::reading::{Field, Section};

/// Who may call from another origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Cors {
    /// Globs of origins, matched without regard to case; `*` does not cross a `/`.
    pub origins: Vec<String>,
    /// Methods to allow; empty leaves it to the server's own list.
    pub methods: Vec<String>,
    /// Request headers to allow; empty allows those the browser asks for.
    pub allowed_headers: Vec<String>,
    /// Response headers a page may read.
    pub exposed_headers: Vec<String>,
    /// Whether cookies may come along.
    pub credentials: bool,
    /// How long a browser may keep the answer to a preflight.
    pub max_age: Option<SignedDuration>,
}

const KEYS: [&str; 8] = [
    "allowedHeaders",
    "credentials",
    "exposedHeaders",
    "maxAge",
    "methods",
    "optionsSuccessStatus",
    "origin",
    "preflightContinue",
];

impl Cors {
    pub(super) fn read(backend: &Section<'_>) -> Option<Self> {
        let cors = backend.optional_section("cors")?;
        if cors.is_broken() {
            return None;
        }
        cors.warn_of_typos(&KEYS, &[]);
        if !cors.mentions("origin") {
            // Backstage says `*` then, which no browser accepts with cookies.
            cors.report
                .warn(cors.problem("there is no `origin`, so that no other origin is allowed"));
        }
        let credentials = cors.get("credentials").and_then(|field| field.boolean());
        let max_age = cors.get("maxAge").and_then(|field| seconds(&field));
        Some(Self {
            origins: list(&cors, "origin", false),
            methods: list(&cors, "methods", true),
            allowed_headers: list(&cors, "allowedHeaders", true),
            exposed_headers: list(&cors, "exposedHeaders", true),
            credentials: credentials.unwrap_or(false),
            max_age,
        })
    }
}

/// A string, a list, or nothing. A string may hold several with commas between,
/// where it becomes a header as it is.
fn list(cors: &Section<'_>, key: &str, commas: bool) -> Vec<String> {
    let Some(field) = cors.get(key).filter(|field| field.as_text() != Some("")) else {
        return Vec::new();
    };
    let items = field.string_or_strings().unwrap_or_default();
    if !commas {
        return items;
    }
    items
        .iter()
        .flat_map(|item| item.split(','))
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

fn seconds(field: &Field<'_>) -> Option<SignedDuration> {
    const MOST: f64 = 365.0 * 24.0 * 3600.0;
    let seconds = field.number()?;
    Some(SignedDuration::from_secs(seconds.clamp(0.0, MOST) as i64))
}

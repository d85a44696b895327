//! How hard `auth.session.secret` is to guess.
//!
//! It seals what travels through the browser, so whoever starts a sign-in holds
//! something to test guesses against, offline and unseen.

use std::collections::HashSet;

use secrecy::{ExposeSecret, SecretString};

/// 128 bits as base64. Their hexadecimal has 32.
const FEWEST_CHARACTERS: usize = 22;
/// Random text of that length has many more.
const FEWEST_DIFFERENT: usize = 8;
/// What stands in examples.
const PLACEHOLDERS: [&str; 8] = [
    "changeme",
    "change-me",
    "change_me",
    "example",
    "password",
    "placeholder",
    "replace",
    "secret",
];

/// Why `secret` is none; says nothing that helps to guess it.
pub(crate) fn weakness(secret: &SecretString) -> Option<&'static str> {
    let secret = secret.expose_secret();
    let lower_case = secret.to_lowercase();
    if secret.chars().count() < FEWEST_CHARACTERS {
        Some("is too short")
    } else if secret.chars().collect::<HashSet<_>>().len() < FEWEST_DIFFERENT {
        Some("repeats a few characters")
    } else if PLACEHOLDERS.iter().any(|word| lower_case.contains(word)) {
        Some("looks like a placeholder")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(secret: &str) -> Option<&'static str> {
        weakness(&secret.into())
    }

    #[test]
    fn random_text_of_128_bits_is_strong() {
        for strong in [
            "q83vEjRWeJq83vEjRWeJqw",
            "5a1f0c9e7b3d28461ffb02c4d7e83a95",
            "kM3u0Yq1tF8wZ2pXn6bRc7sVjQe4hLdA9gTyUoIiWzE=",
        ] {
            assert_eq!(of(strong), None, "{strong}");
        }
    }

    #[test]
    fn short_repeated_and_well_known_text_is_weak() {
        assert_eq!(of("hunter2"), Some("is too short"));
        assert_eq!(of(""), Some("is too short"));
        assert_eq!(
            of("abababababababababababababab"),
            Some("repeats a few characters")
        );
        assert_eq!(
            of("my-Super-SECRET-for-backstage-2024"),
            Some("looks like a placeholder")
        );
    }
}

//! `auth.session.secret`: there, and hard to guess.
//!
//! It seals what travels through the browser, so whoever starts a sign-in holds
//! something to test guesses against, offline and unseen.

use std::collections::HashSet;

use secrecy::{ExposeSecret, SecretString};
use stagedoor_ambient::Entropy;
use stagedoor_config::Settings;

use super::Finding;
use crate::parts;

const CHECK: &str = "strength";
const HOW: &str = "set it to the output of `openssl rand -base64 32`";

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

pub(super) fn check(
    settings: &Settings,
    node_env: Option<&str>,
    entropy: &dyn Entropy,
) -> Vec<Finding> {
    if let Err(error) = parts::keychain(settings, node_env, entropy) {
        return vec![Finding::start_error(CHECK, &error)];
    }
    let secrets = &settings.auth.session_secrets;
    if secrets.is_empty() {
        let what =
            "it is not set: sessions end with the process, and no second node can share them";
        return vec![Finding::warning(CHECK, what, HOW)];
    }
    let mut findings: Vec<_> = secrets
        .iter()
        .enumerate()
        .filter_map(|(index, secret)| Some((index, weakness(secret)?)))
        .map(|(index, weakness)| {
            let which = match secrets.len() {
                1 => "it".to_owned(),
                count => format!("secret {} of {count}", index + 1),
            };
            let what = format!("{which} {weakness}: it can be guessed from a sealed cookie");
            if parts::in_production(settings, node_env) {
                Finding::failure(CHECK, what, HOW)
            } else {
                Finding::warning(CHECK, what, HOW)
            }
        })
        .collect();
    if findings.is_empty() {
        let what = match secrets.len() {
            1 => "set, long and varied".to_owned(),
            count => format!("{count} secrets, long and varied: the first seals, all open"),
        };
        findings.push(Finding::ok(CHECK, what));
    }
    findings
}

/// Why `secret` is none; says nothing that helps to guess it.
fn weakness(secret: &SecretString) -> Option<&'static str> {
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

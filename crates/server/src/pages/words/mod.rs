//! What the pages say, in each language: one file per language, in which no
//! word can be missing.
//!
//! `{title}` stands for what people sign in to, `{provider}` for the title of a
//! provider and `{client}` for that of a program; a language may leave one out or say it twice.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod ja;
mod negotiate;

pub(crate) use negotiate::{COOKIE, words_for, words_named};

/// The languages, as they are offered.
pub(crate) const LANGUAGES: [&Words; 6] = [
    &en::WORDS,
    &de::WORDS,
    &es::WORDS,
    &fr::WORDS,
    &ja::WORDS,
    &ar::WORDS,
];

/// English, which is spoken where nothing better is known.
pub(crate) const ENGLISH: &Words = &en::WORDS;

/// All that is said in one language.
#[derive(Debug)]
pub(crate) struct Words {
    /// BCP 47.
    pub(crate) tag: &'static str,
    /// The language in itself.
    pub(crate) name: &'static str,
    /// `ltr` or `rtl`.
    pub(crate) direction: &'static str,

    /// Title of the window.
    pub(super) sign_in: &'static str,
    pub(super) sign_in_to: &'static str,
    pub(super) sign_in_using: &'static str,
    pub(super) last_used: &'static str,
    pub(super) development_only: &'static str,
    pub(super) anyone_can_sign_in: &'static str,
    pub(super) open_the_app: &'static str,
    pub(crate) open: &'static str,
    pub(super) no_provider: &'static str,
    pub(super) not_answering: &'static str,
    pub(super) no_scripts: &'static str,
    /// Name of the list of languages.
    pub(super) language: &'static str,
    pub(super) get_help: &'static str,

    /// Above the name of who is signed in.
    pub(super) signed_in_to: &'static str,
    pub(super) signed_in_with: &'static str,
    pub(super) catalog_user: &'static str,
    pub(super) no_catalog_user: &'static str,
    pub(super) groups: &'static str,
    pub(super) token_expires: &'static str,
    pub(super) sign_out: &'static str,

    pub(super) finish_in_window: &'static str,
    pub(super) use_this_window: &'static str,
    pub(super) continue_here: &'static str,
    pub(super) looking: &'static str,
    pub(super) going: &'static str,
    pub(super) signed_out: &'static str,
    pub(super) session_ended: &'static str,

    /// Where nothing more is known.
    pub(super) failed: &'static str,
    pub(super) window_closed: &'static str,
    pub(super) wrong_address: &'static str,
    pub(super) no_connection: &'static str,
    pub(super) provider_down: &'static str,
    pub(super) service_down: &'static str,
    pub(super) expired: &'static str,
    pub(super) denied: &'static str,
    pub(super) not_allowed: &'static str,
    pub(super) no_email: &'static str,
    pub(super) several_users: &'static str,
    pub(super) misconfigured: &'static str,
    pub(super) sign_out_failed: &'static str,
    /// In place of a provider that is not known.
    pub(super) the_provider: &'static str,
    /// Before the id of a request.
    pub(super) request: &'static str,

    /// Signed in at the provider, but no user of the catalog.
    pub(super) unknown_user: &'static str,
    pub(super) unknown_user_text: &'static str,
    pub(super) ask_to_be_added: &'static str,
    pub(super) other_account: &'static str,
    pub(super) other_ways: &'static str,

    pub(crate) no_such_page: &'static str,
    pub(crate) no_such_page_text: &'static str,
    pub(crate) to_sign_in: &'static str,
    pub(crate) did_not_work: &'static str,
    pub(super) done: &'static str,
    pub(crate) close_window: &'static str,
    pub(super) signing_in: &'static str,
    pub(super) go_on: &'static str,

    /// A program on the person's machine asks for a token.
    pub(super) app_asks: &'static str,
    pub(super) app_asks_text: &'static str,
    pub(super) app_asks_else: &'static str,

    pub(crate) wait: &'static str,
    pub(crate) many_people: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) comes_back: &'static str,
    pub(crate) come_back: &'static str,
}

/// Puts a name where words have a place for it.
pub(crate) trait Fill {
    /// Replaces `{name}` by `value`.
    fn fill(&self, name: &str, value: &str) -> String;
}

impl Fill for str {
    fn fill(&self, name: &str, value: &str) -> String {
        self.replace(&format!("{{{name}}}"), value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every word with its name, as `Debug` tells them.
    fn all(words: &Words) -> Vec<(String, String)> {
        let told = format!("{words:#?}");
        told.lines()
            .filter_map(|line| line.trim().strip_suffix("\","))
            .filter_map(|line| line.split_once(": \""))
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect()
    }

    /// The places in a text.
    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
            // Not the code points that `Debug` escapes.
            .filter(|name| name.bytes().all(|b| b.is_ascii_lowercase()))
            .collect()
    }

    #[test]
    fn every_language_says_everything_with_the_same_places() {
        let english = all(ENGLISH);
        assert!(english.len() > 50, "{}", english.len());
        for words in LANGUAGES {
            let said = all(words);
            assert_eq!(said.len(), english.len(), "{}", words.tag);
            for ((name, text), (_, in_english)) in said.iter().zip(&english) {
                assert!(!text.trim().is_empty(), "{} {name}", words.tag);
                assert_eq!(
                    places(text),
                    places(in_english),
                    "{} {name}: {text}",
                    words.tag
                );
            }
        }
    }

    #[test]
    fn nothing_long_was_left_in_english() {
        let english = all(ENGLISH);
        for words in LANGUAGES.iter().filter(|words| words.tag != "en") {
            for ((name, text), (_, in_english)) in all(words).iter().zip(&english) {
                assert!(
                    text != in_english || text.len() < 10,
                    "{} {name}: {text}",
                    words.tag
                );
            }
        }
    }
}

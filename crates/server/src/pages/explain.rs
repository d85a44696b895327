//! What a person is told of a failure, and what they can do: by the failure's
//! code, which the log and the error body have too.

use super::words::{Fill, Words};

/// The codes of who signed in at the provider, and is no user of the catalog.
pub(super) const UNKNOWN_USER: [&str; 2] = ["user_not_found", "nobody_resolved"];

/// Codes, and what is said of them.
fn explanations(words: &Words) -> [(&'static [&'static str], &'static str); 8] {
    [
        (&["provider_denied", "grant_refused"], words.denied),
        (
            &["user_not_allowed", "claim_required", "domain_not_allowed"],
            words.not_allowed,
        ),
        (
            &["email_missing", "email_required", "claim_missing"],
            words.no_email,
        ),
        (&["several_users"], words.several_users),
        (
            &[
                "state_invalid",
                "flow_expired",
                "flow_already_used",
                "flow_cookie_missing",
                "flow_cookie_invalid",
            ],
            words.expired,
        ),
        (
            &["provider_unavailable", "provider_too_slow"],
            words.provider_down,
        ),
        (
            &[
                "catalog_unavailable",
                "storage_unavailable",
                "tokens_unavailable",
                "no_entropy",
                "overloaded",
                "rate_limited",
                "timeout",
                "unavailable",
            ],
            words.service_down,
        ),
        (
            &[
                "token_refused",
                "client_misconfigured",
                "authorization_request_refused",
                "unknown_provider",
                "provider_not_configured",
                "unknown_environment",
                "origin_not_allowed",
                "redirect_url_not_allowed",
            ],
            words.misconfigured,
        ),
    ]
}

/// What is said of a failure with `code` at `provider`.
pub(crate) fn explain(words: &Words, code: Option<&str>, provider: Option<&str>) -> String {
    let known = explanations(words);
    let found = known
        .iter()
        .find(|(codes, _)| code.is_some_and(|code| codes.contains(&code)));
    found
        .map_or(words.failed, |(_, text)| text)
        .fill("provider", provider.unwrap_or(words.the_provider))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::ENGLISH;

    #[test]
    fn a_known_code_has_its_words_and_another_the_general_ones() {
        assert_eq!(
            explain(ENGLISH, Some("provider_unavailable"), Some("Okta")),
            "Okta is not answering right now. Try again in a moment."
        );
        assert!(
            explain(ENGLISH, Some("provider_denied"), None).starts_with("The identity provider ")
        );
        for code in [None, Some("id_token_expired"), Some("<b>")] {
            assert_eq!(explain(ENGLISH, code, None), ENGLISH.failed);
        }
    }
}

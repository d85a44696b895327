//! What must hold after every attack.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use super::{Answer, Browser, House};

/// More than the limits that calls to the provider have, on a busy machine.
const SLACK: Duration = Duration::from_secs(20);

const NOT_ACCEPTED: &str = "The identity provider's answer was not accepted";
const AWAY: &str = "The identity provider can't be reached at the moment, please try again";

impl House {
    /// The whole way from `/start` on ends without a session, for breaking the
    /// rule `code`.
    pub(crate) async fn lets_nobody_in(&self, code: &str) {
        let browser = Browser::new();
        let answer = browser.sign_in(self).await;
        self.refuses(&browser, &answer, code).await;
    }

    /// `answer`, which ended a sign-in in `browser`, is a refusal for breaking
    /// the rule `code`, and there is no session anywhere.
    pub(crate) async fn refuses(&self, browser: &Browser, answer: &Answer, code: &str) {
        self.is_in_time(answer);
        Self::is_a_refusal(answer, code);
        self.log_names(answer, code);
        self.nothing_leaks(answer);
        assert_eq!(self.sessions().await, 0, "a session is in the database");
        self.has_no_session(browser).await;
    }

    /// `browser` has no session that could be refreshed.
    pub(crate) async fn has_no_session(&self, browser: &Browser) {
        let refreshed = browser.refresh(self).await;
        assert_eq!(refreshed.status, StatusCode::UNAUTHORIZED, "{refreshed:?}");
    }

    /// The app is told of an error, in words that help no attacker.
    #[track_caller]
    fn is_a_refusal(answer: &Answer, code: &str) {
        assert!(!answer.sets_a_session(), "{answer:?}");
        let told = answer.message();
        for part in ["providerInfo", "backstageIdentity", "profile"] {
            assert!(told["response"].get(part).is_none(), "{told}");
        }
        let error = &told["error"];
        assert_eq!(code_of(&told), code, "{told}");
        let message = error["message"].as_str().unwrap_or_default();
        match code {
            "provider_unavailable" => assert_eq!(message, AWAY),
            "provider_denied" => assert!(message.starts_with("Authentication rejected, ")),
            "token_refused" | "grant_refused" => {
                assert!(message.starts_with("Authentication failed, "));
            }
            rule if is_of_the_provider(rule) => assert_eq!(message, NOT_ACCEPTED),
            _ => assert!(!message.is_empty()),
        }
    }

    /// No request outlives the limits of the calls to the provider that it
    /// makes: up to three.
    #[track_caller]
    fn is_in_time(&self, answer: &Answer) {
        assert!(answer.took < self.timeout * 3 + SLACK, "{:?}", answer.took);
    }

    /// Some line of the log says `part`.
    #[track_caller]
    pub(crate) fn log_says(&self, part: &str) {
        let lines = self.log.lines();
        let mut texts = lines.iter().flat_map(|line| line.values());
        assert!(texts.any(|text| text.contains(part)), "{part}: {lines:#?}");
    }

    /// The log says once that a sign-in was refused and why; or, where it could
    /// not even start, what is wrong with the provider.
    #[track_caller]
    fn log_names(&self, answer: &Answer, code: &str) {
        if answer.status == StatusCode::OK {
            assert_eq!(self.log.reasons("sign_in_refused"), [code]);
        } else {
            let codes = self.log.codes();
            assert!(codes.iter().any(|it| it == code), "{codes:?}");
        }
    }

    /// Nothing that is secret, or only ours to know, is in the answer; nothing
    /// secret is in the log, whose lines are lines.
    #[track_caller]
    pub(crate) fn nothing_leaks(&self, answer: &Answer) {
        let internal = [self.idp.address.port().to_string(), "127.0.0.1".to_owned()];
        for secret in self.secrets().iter().chain(&internal) {
            assert!(!answer.text.contains(secret), "{secret} in {answer:?}");
        }
        for tag in ["<script>alert", "<img"] {
            assert!(!answer.body.contains(tag), "{answer:?}");
        }
        self.no_secret_is_logged();
    }

    #[track_caller]
    pub(crate) fn no_secret_is_logged(&self) {
        let secrets = self.secrets();
        for line in self.log.lines() {
            for text in line.values() {
                assert!(!text.contains(['\n', '\u{1b}']), "{line:?}");
                for secret in &secrets {
                    assert!(!text.contains(secret), "{secret} in {line:?}");
                }
            }
        }
    }

    /// `answer` to a refresh hands nothing over, for breaking the rule `code`.
    #[track_caller]
    pub(crate) fn refuses_a_refresh(&self, answer: &Answer, code: &str) {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
        self.is_in_time(answer);
        assert!(!answer.sets_a_session(), "{answer:?}");
        let told = answer.message();
        assert_eq!(code_of(&told), code, "{told}");
        assert_eq!(self.log.reasons("refresh_failed"), [code]);
        self.nothing_leaks(answer);
    }
}

/// The machine-readable reason in a message or an error's body.
fn code_of(told: &Value) -> &str {
    told["error"]["code"].as_str().unwrap_or_default()
}

fn is_of_the_provider(rule: &str) -> bool {
    let places = [
        "discovery_",
        "jwks_",
        "callback_",
        "token_",
        "id_token_",
        "userinfo_",
        "answer_",
    ];
    places.iter().any(|place| rule.starts_with(place))
}

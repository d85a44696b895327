//! The web message of the popup's last page (contract §7).

use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// What the frontend is handed.
#[derive(Deserialize)]
pub(crate) struct Message {
    /// The session, when there is one.
    pub(crate) response: Option<Session>,
    /// Why there is none.
    pub(crate) error: Option<Problem>,
}

/// The parts of a session that are looked at.
#[derive(Deserialize)]
pub(crate) struct Session {
    #[serde(rename = "backstageIdentity")]
    identity: Option<Identity>,
}

impl Session {
    /// Who signed in.
    pub(crate) fn user(&self) -> Option<&str> {
        self.identity
            .as_ref()
            .map(|identity| identity.identity.user_entity_ref.as_str())
    }

    /// The Backstage token.
    pub(crate) fn token(&self) -> Option<&str> {
        self.identity
            .as_ref()
            .map(|identity| identity.token.as_str())
    }
}

#[derive(Deserialize)]
struct Identity {
    token: String,
    identity: Claims,
}

#[derive(Debug, Deserialize)]
struct Claims {
    #[serde(rename = "userEntityRef")]
    user_entity_ref: String,
}

/// A failure as the contract words it.
#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    /// `ServiceUnavailableError` and the like.
    pub(crate) name: String,
    /// The stable reason.
    #[serde(default)]
    pub(crate) code: String,
    /// What a failed refresh was caused by.
    pub(crate) cause: Option<Cause>,
}

/// The cause of a failed refresh.
#[derive(Debug, Deserialize)]
pub(crate) struct Cause {
    /// Its error name.
    pub(crate) name: String,
}

impl Problem {
    /// Whether the same may succeed in a moment.
    pub(crate) fn passes(&self) -> bool {
        let name = self.cause.as_ref().map_or(&self.name, |cause| &cause.name);
        name == "ServiceUnavailableError"
    }
}

/// The message in the page's script: Backstage keeps it in a variable of another
/// name, and both keep the app's origin beside it.
pub(crate) fn message(html: &str) -> Option<Message> {
    html.split("decodeURIComponent('").skip(1).find_map(|rest| {
        let (encoded, _) = rest.split_once('\'')?;
        let json = percent_decode_str(encoded).decode_utf8().ok()?;
        serde_json::from_str(&json).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_read_out_of_the_script() {
        let page = "<script>\nvar origin = decodeURIComponent('http%3A%2F%2Flocalhost%3A3000');\nvar message = decodeURIComponent('%7B%22error%22%3A%7B%22name%22%3A%22NotAllowedError%22%7D%7D');\n</script>";
        let error = message(page).and_then(|message| message.error).unwrap();
        assert_eq!(error.name, "NotAllowedError");
        assert!(!error.passes());
        assert!(message("<p>nothing</p>").is_none());
    }

    #[test]
    fn a_refresh_that_failed_for_a_reason_that_passes() {
        let problem: Problem = serde_json::from_str(
            r#"{"name":"AuthenticationError","code":"refresh_busy","cause":{"name":"ServiceUnavailableError","message":"…"}}"#,
        )
        .unwrap();
        assert!(problem.passes());
    }
}

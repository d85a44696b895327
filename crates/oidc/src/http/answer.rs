//! What a provider answered.

use serde_json::Value;

use super::JSON;
use crate::{error::OidcError, provider_text::shown, wiped::Wiped};

/// The provider's answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) body: Wiped<Vec<u8>>,
    pub(super) endpoint: String,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the answer says it is of the media type `essence`.
    pub(crate) fn is_of_type(&self, essence: &str) -> bool {
        self.media_type() == Some(essence)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`OidcError::Unavailable`] when the answer does not say it is JSON, or is not.
    pub(crate) fn json(&self) -> Result<Value, OidcError> {
        if let Some(media_type) = self.media_type()
            && !is_json(media_type)
        {
            return Err(self.unusable(&format!("with '{}', not JSON", shown(media_type))));
        }
        serde_json::from_slice(&self.body)
            .map_err(|_| self.unusable("with something that is not JSON"))
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`OidcError::Unavailable`] when it is no text.
    pub(crate) fn text(&self) -> Result<&str, OidcError> {
        let text = std::str::from_utf8(&self.body).map(str::trim);
        text.map_err(|_| self.unusable("with something that is no text"))
    }

    /// The body as JSON, of an answer that must be a success.
    pub(crate) fn success_json(&self) -> Result<Value, OidcError> {
        if self.is_success() {
            self.json()
        } else {
            Err(self.unusable("where a document was expected"))
        }
    }

    fn media_type(&self) -> Option<&str> {
        let essence = self.content_type.as_deref()?.split(';').next()?.trim();
        (!essence.is_empty()).then_some(essence)
    }

    fn unusable(&self, how: &str) -> OidcError {
        OidcError::unavailable(format!("{} answered {} {how}", self.endpoint, self.status))
    }
}

fn is_json(media_type: &str) -> bool {
    media_type == JSON || media_type == "text/json" || media_type.ends_with("+json")
}

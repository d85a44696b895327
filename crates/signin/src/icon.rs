//! What people know a provider by.

use std::{fmt, sync::Arc};

use aws_lc_rs::digest;

/// What stands before a provider's title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Icon {
    /// A drawing of ours, by its name.
    BuiltIn(&'static str),
    /// A picture of the operator's.
    Svg(Svg),
}

/// The text of an SVG file, and a name that changes when it does.
#[derive(Clone, PartialEq, Eq)]
pub struct Svg {
    text: Arc<str>,
    digest: Arc<str>,
}

impl Svg {
    /// Takes the text of a file.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        let digest = digest.as_ref().iter().take(8);
        Self {
            text: text.into(),
            digest: digest
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
                .into(),
        }
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// 16 hexadecimal digits that stand for the text.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl fmt::Debug for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Svg({})", self.digest)
    }
}

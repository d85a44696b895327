//! Whether and how a connection to PostgreSQL is encrypted.

use secrecy::SecretString;

use crate::{document::Value, reading::Field};

/// `connection.ssl`, or `sslmode` in a URL.
#[derive(Debug, Clone, Default)]
pub enum PostgresTls {
    /// No encryption.
    #[default]
    Disabled,
    /// Encryption.
    Enabled {
        /// Whether the server's certificate is checked, its name too.
        verify: bool,
        /// Authorities to trust instead of the system's, PEM.
        ca: Option<String>,
        /// Our certificate, PEM.
        cert: Option<String>,
        /// Its private key, PEM.
        key: Option<SecretString>,
    },
}

impl PostgresTls {
    pub(super) fn read(field: &Field<'_>) -> Option<Self> {
        if let Some(mode) = field.as_text().and_then(Self::of_mode) {
            return Some(mode);
        }
        if let Value::Object(_) = field.node.value {
            let ssl = field.section()?;
            let verify = match ssl.get("rejectUnauthorized") {
                Some(field) => field.boolean()?,
                None => true,
            };
            let ca = ssl.get("ca").map(|ca| ca.string_or_strings());
            let key = ssl.get("key").map(|key| key.secret());
            return Some(Self::Enabled {
                verify,
                ca: ca.flatten().map(|ca| ca.join("\n")),
                cert: ssl.get("cert").and_then(|cert| cert.string()),
                key: key.flatten(),
            });
        }
        field.boolean().map(|on| {
            if on {
                Self::enabled(true)
            } else {
                Self::Disabled
            }
        })
    }

    /// What `pg` makes of `sslmode`: every mode that encrypts also verifies.
    pub(super) fn of_mode(mode: &str) -> Option<Self> {
        match mode {
            "disable" => Some(Self::Disabled),
            "prefer" | "require" | "verify-ca" | "verify-full" => Some(Self::enabled(true)),
            "no-verify" => Some(Self::enabled(false)),
            _ => None,
        }
    }

    fn enabled(verify: bool) -> Self {
        Self::Enabled {
            verify,
            ca: None,
            cert: None,
            key: None,
        }
    }
}

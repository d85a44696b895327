//! `backend.https`.

use secrecy::SecretString;

use crate::{document::Value, reading::Section};

/// How to serve HTTPS.
#[derive(Debug, Clone)]
pub enum Https {
    /// `https: true`: with a certificate made for `backend.baseUrl`'s host on
    /// the spot, for development.
    SelfSigned,
    /// `https.certificate`.
    Certificate {
        /// The certificate chain, PEM.
        cert: String,
        /// The private key, PEM.
        key: SecretString,
    },
}

impl Https {
    pub(super) fn read(backend: &Section<'_>) -> Option<Self> {
        let field = backend.get("https")?;
        match &field.node.value {
            Value::Bool(true) => return Some(Self::SelfSigned),
            Value::Bool(false) => return None,
            Value::Object(_) => {}
            _ => return field.wrong("true, or an object with `certificate`"),
        }
        let https = field.section()?;
        https.warn_of_typos(&["certificate"], &[]);
        let certificate = https.section("certificate");
        let cert = certificate.required("cert", &["certificate", "crt"]);
        let key = certificate.required("key", &["privateKey"]);
        let (cert, key) = (cert?.string(), key?.secret());
        Some(Self::Certificate {
            cert: cert?,
            key: key?,
        })
    }
}

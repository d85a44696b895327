//! `backend.https`: TLS at our own door, for those without a proxy before it.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};
use tokio_rustls::TlsAcceptor;

/// A certificate and its key, ready to serve.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(…)")
    }
}

/// Why TLS can't be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// `backend.https.certificate.cert` is not what it should be.
    #[error("backend.https.certificate.cert holds no PEM certificate")]
    Certificate,
    /// `backend.https.certificate.key` is not what it should be.
    #[error("backend.https.certificate.key holds no PEM private key")]
    Key,
    /// The two don't go together, or are of a kind that is not served.
    #[error("backend.https.certificate can't be served: {0}")]
    Unfit(#[from] rustls::Error),
    /// No certificate could be made.
    #[error("no certificate could be made for {host}: {source}")]
    SelfSigned {
        /// For which host.
        host: String,
        /// Why not.
        source: rcgen::Error,
    },
}

impl Tls {
    /// Serves `certificates`, a PEM chain, with `key`, a PEM private key.
    ///
    /// # Errors
    /// When they are not PEM, or don't belong together.
    pub fn from_pem(certificates: &str, key: &SecretString) -> Result<Self, TlsError> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(certificates.as_bytes())
                .collect::<Result<_, _>>()
                .map_err(|_| TlsError::Certificate)?;
        if chain.is_empty() {
            return Err(TlsError::Certificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes())
            .map_err(|_| TlsError::Key)?;
        Self::serving(chain, key)
    }

    /// Serves a certificate made on the spot, as `backend.https: true` asks:
    /// for development, since no browser trusts it.
    ///
    /// # Errors
    /// When `host` can't stand in a certificate.
    pub fn self_signed(host: &str) -> Result<Self, TlsError> {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).map_err(|source| {
            TlsError::SelfSigned {
                host: host.to_owned(),
                source,
            }
        })?;
        let key =
            PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(|_| TlsError::Key)?;
        Self::serving(vec![made.cert.der().clone()], key)
    }

    fn serving(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_said_to_be_none() {
        let key = SecretString::from("no key");
        assert!(matches!(
            Tls::from_pem("", &key),
            Err(TlsError::Certificate)
        ));
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        assert!(matches!(
            Tls::from_pem(&made.cert.pem(), &key),
            Err(TlsError::Key)
        ));
        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let foreign_key = SecretString::from(other.signing_key.serialize_pem());
        assert!(matches!(
            Tls::from_pem(&made.cert.pem(), &foreign_key),
            Err(TlsError::Unfit(_))
        ));
    }

    #[test]
    fn a_certificate_is_served_with_its_own_key() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = SecretString::from(made.signing_key.serialize_pem());
        assert!(Tls::from_pem(&made.cert.pem(), &key).is_ok());
        assert!(Tls::self_signed("localhost").is_ok());
    }
}

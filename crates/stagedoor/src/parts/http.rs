//! The environment → HTTP with identity providers.

use stagedoor_config::Environment;
use stagedoor_oidc::{HttpClient, HttpSettings, HttpSetupError};

/// Where Node.js finds certificate authorities besides its own: set wherever a
/// Backstage reaches a provider behind a company's own authority.
const EXTRA_AUTHORITIES: &str = "NODE_EXTRA_CA_CERTS";

/// The client that all providers share.
pub(crate) fn http_client(environment: &Environment) -> Result<HttpClient, HttpSetupError> {
    let settings = HttpSettings {
        extra_ca_pems: extra_authorities(environment).into_iter().collect(),
        ..HttpSettings::default()
    };
    let client = HttpClient::new(settings);
    if let Err(error @ HttpSetupError::BadCertificate { .. }) = &client {
        // As Node.js does: a Backstage starts with such a file as well.
        tracing::warn!("{EXTRA_AUTHORITIES} is ignored: {error}");
        return HttpClient::new(HttpSettings::default());
    }
    client
}

fn extra_authorities(environment: &Environment) -> Option<Vec<u8>> {
    let path = environment
        .get(EXTRA_AUTHORITIES)
        .filter(|path| !path.is_empty())?;
    std::fs::read(path)
        .inspect_err(|error| tracing::warn!("{EXTRA_AUTHORITIES} is ignored: {path}: {error}"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(path: &str) -> Environment {
        [(EXTRA_AUTHORITIES, path)].into_iter().collect()
    }

    #[test]
    fn the_file_that_node_reads_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----").unwrap();
        let read = extra_authorities(&environment(file.path().to_str().unwrap()));
        assert_eq!(read.unwrap(), b"-----BEGIN CERTIFICATE-----");
        assert_eq!(extra_authorities(&Environment::default()), None);
    }

    #[test]
    fn a_file_that_cannot_be_used_stops_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "junk").unwrap();
        for path in [file.path().to_str().unwrap(), "/nowhere/at/all.pem", ""] {
            http_client(&environment(path)).unwrap();
        }
    }
}

//! The environment → HTTP with identity providers, and whom to trust there.

use stagedoor_ambient::SharedTraceContext;
use stagedoor_config::Environment;
use stagedoor_oidc::{HttpClient, HttpSettings, HttpSetupError};

/// Where Node.js finds certificate authorities besides its own: set wherever a
/// Backstage reaches a provider behind a company's own authority.
const EXTRA_AUTHORITIES: &str = "NODE_EXTRA_CA_CERTS";

/// Certificate authorities trusted besides the system's, for every connection
/// that this process makes: PEM files.
pub(crate) type Authorities = Vec<Vec<u8>>;

/// The authorities that the environment names. As with Node.js, a file of
/// theirs that can't be used stops nothing: a Backstage starts with it as well.
pub(crate) fn extra_authorities(environment: &Environment) -> Authorities {
    let authorities: Authorities = read(environment).into_iter().collect();
    let settings = HttpSettings {
        extra_ca_pems: authorities.clone(),
        ..HttpSettings::default()
    };
    match settings.check_authorities() {
        Err(error) => {
            tracing::warn!("{EXTRA_AUTHORITIES} is ignored: {error}");
            Authorities::new()
        }
        Ok(()) => authorities,
    }
}

/// The client that all providers share.
pub(crate) fn http_client(
    authorities: &Authorities,
    trace_context: Option<SharedTraceContext>,
) -> Result<HttpClient, HttpSetupError> {
    HttpClient::new(HttpSettings {
        extra_ca_pems: authorities.clone(),
        trace_context,
        ..HttpSettings::default()
    })
}

fn read(environment: &Environment) -> Option<Vec<u8>> {
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
        let found = read(&environment(file.path().to_str().unwrap()));
        assert_eq!(found.unwrap(), b"-----BEGIN CERTIFICATE-----");
        assert_eq!(read(&Environment::default()), None);
    }

    #[test]
    fn a_file_that_cannot_be_used_stops_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "junk").unwrap();
        for path in [file.path().to_str().unwrap(), "/nowhere/at/all.pem", ""] {
            assert!(extra_authorities(&environment(path)).is_empty());
        }
    }
}

//! From the configured metadata URL to the document's URL and the issuer it
//! must name.

use url::Url;

use crate::error::OidcError;

const WELL_KNOWN: &str = "/.well-known/";
const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";

/// Where the discovery document is, and whose it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DiscoveryTarget {
    /// The document's URL.
    pub(crate) document: Url,
    /// The issuer implied by it, possibly short of a trailing slash.
    pub(crate) issuer: Url,
}

impl DiscoveryTarget {
    /// Reads `metadata_url` as the issuer, or as the document's URL if it holds
    /// `/.well-known/` (Discovery §4; also the RFC 8414 §3 form, where the
    /// issuer's path follows the well-known name).
    ///
    /// # Errors
    /// [`OidcError::Misconfigured`] when it is not a plain `http` or `https` URL.
    pub(crate) fn new(metadata_url: &Url) -> Result<Self, OidcError> {
        is_plain_http(metadata_url)?;
        let mut document = metadata_url.clone();
        document.set_fragment(None);
        let mut issuer = document.clone();
        issuer.set_query(None);

        if let Some((before, after)) = document.path().split_once(WELL_KNOWN) {
            let issuer_path = match after.split_once('/') {
                Some((_name, rest)) => format!("{before}/{rest}"),
                None => before.to_owned(),
            };
            issuer.set_path(&issuer_path);
        } else {
            let path = document.path().trim_end_matches('/');
            document.set_path(&format!("{path}{OPENID_CONFIGURATION}"));
        }
        Ok(Self { document, issuer })
    }
}

/// Credentials in the URL would end up in logs.
fn is_plain_http(metadata_url: &Url) -> Result<(), OidcError> {
    let http = matches!(metadata_url.scheme(), "https" | "http");
    let anonymous = metadata_url.username().is_empty() && metadata_url.password().is_none();
    if http && anonymous {
        return Ok(());
    }
    Err(OidcError::Misconfigured {
        reason: "the metadata URL must be https or http, without user name and password".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> (String, String) {
        let target = DiscoveryTarget::new(&url.parse().unwrap()).unwrap();
        (target.document.to_string(), target.issuer.to_string())
    }

    #[test]
    fn an_issuer_leads_to_its_document() {
        for issuer in [
            "https://id.example/realms/a",
            "https://id.example/realms/a/",
        ] {
            let (document, implied) = target(issuer);
            assert_eq!(
                document,
                "https://id.example/realms/a/.well-known/openid-configuration"
            );
            assert_eq!(implied, issuer);
        }
    }

    #[test]
    fn a_document_implies_its_issuer() {
        let url = "https://id.example/realms/a/.well-known/openid-configuration";
        assert_eq!(
            target(url),
            (url.into(), "https://id.example/realms/a".into())
        );
        let url = "https://id.example/.well-known/openid-configuration?p=x";
        assert_eq!(target(url), (url.into(), "https://id.example/".into()));
    }

    #[test]
    fn a_document_by_rfc_8414_implies_its_issuer() {
        let url = "https://id.example/.well-known/oauth-authorization-server/realms/a";
        assert_eq!(
            target(url),
            (url.into(), "https://id.example/realms/a".into())
        );
    }

    #[test]
    fn other_schemes_and_credentials_are_refused() {
        for url in ["file:///etc/passwd", "https://user:pass@id.example"] {
            assert!(matches!(
                DiscoveryTarget::new(&url.parse().unwrap()),
                Err(OidcError::Misconfigured { .. })
            ));
        }
    }
}

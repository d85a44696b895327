//! Who the provider says it is.

use std::fmt;

use url::Url;

use crate::DemoIdpError;

/// The issuer identifier and the URLs derived from it.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    url: Url,
    text: String,
}

impl Issuer {
    /// The path of the discovery document (OpenID Connect Discovery §4).
    pub(crate) const METADATA_PATH: &'static str = "/.well-known/openid-configuration";

    pub(crate) fn new(url: Url) -> Result<Self, DemoIdpError> {
        let web = matches!(url.scheme(), "http" | "https");
        let bare = url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !(web && bare && anonymous) {
            return Err(DemoIdpError::Issuer(url));
        }
        // `Url` always writes a path, while issuers are compared as strings.
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text })
    }

    /// The issuer as a URL; an empty path is written `/` there.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The issuer identifier, without a trailing slash.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The path that goes before that of every endpoint; empty or `/…`.
    pub(crate) fn base_path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// The URL of the endpoint at `path`, which begins with a slash.
    pub(crate) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The URL of the discovery document.
    pub(crate) fn metadata_url(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{}", self.base_path(), Self::METADATA_PATH));
        url
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(url: &str) -> Result<Issuer, DemoIdpError> {
        Issuer::new(url.parse().unwrap())
    }

    #[test]
    fn has_no_trailing_slash() {
        let plain = issuer("http://localhost:9400").unwrap();
        assert_eq!(plain.as_str(), "http://localhost:9400");
        assert_eq!(plain.base_path(), "");
        assert_eq!(
            plain.metadata_url().as_str(),
            "http://localhost:9400/.well-known/openid-configuration"
        );
        let deep = issuer("http://localhost:9400/realms/demo/").unwrap();
        assert_eq!(deep.as_str(), "http://localhost:9400/realms/demo");
        assert_eq!(deep.base_path(), "/realms/demo");
        assert_eq!(
            deep.endpoint("/token"),
            "http://localhost:9400/realms/demo/token"
        );
    }

    #[test]
    fn must_identify_a_web_server() {
        for url in [
            "ftp://localhost",
            "http://localhost/?a",
            "http://localhost/#a",
            "http://me@localhost",
        ] {
            assert!(issuer(url).is_err(), "{url}");
        }
    }
}

//! `backend.listen`.

use crate::reading::{Field, Section};

/// Backstage's port.
const DEFAULT_PORT: u16 = 7007;

/// The address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// A name or an address without brackets; `None` is every address.
    pub host: Option<String>,
    /// The port; 7007 unless it is set.
    pub port: u16,
}

impl Listen {
    /// `":7007"`, `"0.0.0.0:7007"`, `"[::1]:7007"`, `7007` or `{host, port}`.
    pub(super) fn read(backend: &Section<'_>) -> Option<Self> {
        match backend.get("listen") {
            Some(field) => Self::read_field(&field),
            None => Some(Self {
                host: None,
                port: DEFAULT_PORT,
            }),
        }
    }

    /// The same, of a key that may stand elsewhere.
    pub(super) fn read_field(field: &Field<'_>) -> Option<Self> {
        if field.is_object() {
            return Self::read_object(&field.section()?);
        }
        let Some(text) = field.as_text() else {
            return field.port().map(|port| Self { host: None, port });
        };
        Self::parse(text).or_else(|| Self::refuse(field))
    }

    fn read_object(section: &Section<'_>) -> Option<Self> {
        section.warn_of_typos(&["host", "port"], &[]);
        // Backstage allows an empty host here, for every address.
        let host = match section.get("host") {
            Some(field) if field.as_text() == Some("") => None,
            Some(field) => Some(field.string()?),
            None => None,
        };
        let port = match section.get("port") {
            Some(field) => field.port()?,
            None => DEFAULT_PORT,
        };
        Some(Self { host, port })
    }

    fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
        let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        if bracketed.is_none() && host.contains(':') {
            return None;
        }
        let host = bracketed.unwrap_or(host);
        Some(Self {
            host: (!host.is_empty()).then(|| host.to_owned()),
            port: port.trim().parse().ok()?,
        })
    }

    fn refuse(field: &Field<'_>) -> Option<Self> {
        field.wrong("`:port`, `host:port` or `[address]:port`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(":7007", None, 7007)]
    #[case("7008", None, 7008)]
    #[case("0.0.0.0:80", Some("0.0.0.0"), 80)]
    #[case("localhost:80", Some("localhost"), 80)]
    #[case("[::1]:80", Some("::1"), 80)]
    fn parses(#[case] text: &str, #[case] host: Option<&str>, #[case] port: u16) {
        let expected = Listen {
            host: host.map(str::to_owned),
            port,
        };
        assert_eq!(Listen::parse(text), Some(expected));
    }

    #[rstest]
    #[case("")]
    #[case("localhost")]
    #[case("::1:80")]
    #[case(":70000")]
    #[case(":-1")]
    fn refuses(#[case] text: &str) {
        assert_eq!(Listen::parse(text), None);
    }
}

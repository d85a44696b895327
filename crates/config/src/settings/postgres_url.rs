//! A PostgreSQL connection written as a URL, as `pg-connection-string` reads it.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

use super::{Paths, postgres_parameters::Parameters, postgres_tls::PostgresTls};
use crate::{problem::Problem, reading::Field};

const EXPECTED: &str = "expected a URL such as postgres://user:password@host:5432/database";

/// Stands for a host that is not there; `.invalid` is nobody's (RFC 6761).
const NO_HOST: &str = "no-host.invalid";

/// The parts of a URL, or of a path to a socket and a database after a space.
pub(super) fn read(field: &Field<'_>, paths: &Paths) -> Option<Parameters> {
    let text = field.str()?;
    if text.starts_with('/') {
        let mut words = text.split(' ').map(str::to_owned);
        return Some(Parameters {
            host: words.next(),
            database: words.next(),
            ..Parameters::default()
        });
    }
    // `postgres://user@/database?host=…` has no host where a URL must have one.
    let url =
        Url::parse(text).or_else(|_| Url::parse(&text.replacen("@/", &format!("@{NO_HOST}/"), 1)));
    let url = url
        .ok()
        .filter(|url| matches!(url.scheme(), "postgres" | "postgresql" | "socket"));
    match url {
        Some(url) => parameters(&url, field, paths),
        None => refuse(field, &format!("found something else, {EXPECTED}")),
    }
}

fn parameters(url: &Url, field: &Field<'_>, paths: &Paths) -> Option<Parameters> {
    let query = |name: &str| {
        url.query_pairs()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.into_owned())
    };
    let password = query("password").or_else(|| url.password().and_then(decoded));
    let mut parameters = Parameters {
        user: query("user").or_else(|| decoded(url.username())),
        password: password.map(SecretString::from),
        port: url.port(),
        application_name: query("application_name"),
        tls: tls(&query, field, paths)?,
        ..Parameters::default()
    };
    if url.scheme() == "socket" {
        parameters.host = decoded(url.path());
        parameters.database = query("db");
    } else {
        let host = url
            .host_str()
            .filter(|host| *host != NO_HOST)
            .map(|host| host.trim_matches(['[', ']']));
        parameters.host = query("host").or_else(|| host.and_then(decoded));
        parameters.database = decoded(url.path().trim_start_matches('/'));
    }
    Some(parameters)
}

/// `None` after a word about it; `Some(None)` if the URL says nothing.
fn tls(
    query: &impl Fn(&str) -> Option<String>,
    field: &Field<'_>,
    paths: &Paths,
) -> Option<Option<PostgresTls>> {
    let file = |name: &str| -> Option<Option<String>> {
        let Some(path) = query(name) else {
            return Some(None);
        };
        match std::fs::read_to_string(paths.existing(&path)) {
            Ok(text) => Some(Some(text)),
            Err(error) => refuse(
                field,
                &format!("the file of `{name}` cannot be read: {}", error.kind()),
            ),
        }
    };
    let (ca, cert, key) = (file("sslrootcert")?, file("sslcert")?, file("sslkey")?);
    let has_files = ca.is_some() || cert.is_some() || key.is_some();
    let mode = match query("sslmode") {
        Some(mode) => match PostgresTls::of_mode(&mode) {
            Some(tls) => Some(tls),
            None => {
                return refuse(
                    field,
                    "found an unknown `sslmode`, expected one of disable, prefer, require, \
                     verify-ca, verify-full, no-verify",
                );
            }
        },
        None => match query("ssl").as_deref() {
            Some("true" | "1") => PostgresTls::of_mode("require"),
            Some("0" | "false") => PostgresTls::of_mode("disable"),
            _ if has_files => PostgresTls::of_mode("require"),
            _ => None,
        },
    };
    Some(match mode {
        Some(PostgresTls::Enabled { verify, .. }) => Some(PostgresTls::Enabled {
            verify,
            ca,
            cert,
            key: key.map(SecretString::from),
        }),
        other => other,
    })
}

fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8_lossy();
    (!text.is_empty()).then(|| text.into_owned())
}

/// A problem with a connection, which never shows the connection.
fn refuse<T>(field: &Field<'_>, message: &str) -> Option<T> {
    let problem: Problem = field.problem(message);
    field.error(problem)
}

//! The parts of a PostgreSQL connection.

use secrecy::SecretString;

use super::postgres_tls::PostgresTls;

/// The parts of a connection that are written down somewhere.
#[derive(Default)]
pub(super) struct Parameters {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) user: Option<String>,
    pub(super) password: Option<SecretString>,
    pub(super) database: Option<String>,
    /// It came in a `connectionString`, which goes before everything.
    pub(super) database_is_fixed: bool,
    pub(super) tls: Option<PostgresTls>,
    pub(super) application_name: Option<String>,
}

impl Parameters {
    /// These where they say something, else those below.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            host: self.host.or(below.host),
            port: self.port.or(below.port),
            user: self.user.or(below.user),
            password: self.password.or(below.password),
            database_is_fixed: self.database_is_fixed || below.database_is_fixed,
            database: self.database.or(below.database),
            tls: self.tls.or(below.tls),
            application_name: self.application_name.or(below.application_name),
        }
    }
}

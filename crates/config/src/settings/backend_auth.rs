//! `backend.auth`: calls between backends (contract §10).

use secrecy::SecretString;

use crate::reading::{Field, Section};

/// What of `backend.auth` an auth service needs to know.
#[derive(Debug, Clone, Default)]
pub struct BackendAuth {
    /// `backend.auth.dangerouslyDisableDefaultAuthPolicy`: plugins answer
    /// without credentials.
    pub dangerously_disable_default_auth_policy: bool,
    /// The entries of `backend.auth.externalAccess` of type `static`. Entries of
    /// other types are for the backends that check them.
    pub external_access: Vec<StaticAccess>,
}

/// A token that other backends accept.
#[derive(Debug, Clone)]
pub struct StaticAccess {
    /// The token itself.
    pub token: SecretString,
    /// Who presents it.
    pub subject: String,
    /// The plugins it is good for; empty for all of them.
    pub plugins: Vec<String>,
}

impl BackendAuth {
    pub(super) fn read(backend: &Section<'_>) -> Self {
        let auth = backend.section("auth");
        auth.warn_of_typos(
            &[
                "dangerouslyDisableDefaultAuthPolicy",
                "externalAccess",
                "keys",
                "pluginKeyStore",
            ],
            &[],
        );
        let disable = auth
            .get("dangerouslyDisableDefaultAuthPolicy")
            .and_then(|field| field.boolean());
        let entries = auth
            .get("externalAccess")
            .and_then(|field| field.sections());
        Self {
            dangerously_disable_default_auth_policy: disable.unwrap_or(false),
            external_access: entries
                .unwrap_or_default()
                .iter()
                .filter_map(StaticAccess::read)
                .collect(),
        }
    }
}

impl StaticAccess {
    fn read(entry: &Section<'_>) -> Option<Self> {
        let kind = entry.get("type")?;
        if kind.as_text() != Some("static") {
            return None;
        }
        let options = entry.section("options");
        let token = options.required("token", &[]);
        let subject = options.required("subject", &[]);
        let restrictions = entry
            .get("accessRestrictions")
            .and_then(|field| field.sections())
            .unwrap_or_default();
        let plugins = restrictions
            .iter()
            .filter_map(|restriction| restriction.required("plugin", &[]))
            .filter_map(|field| Field::string(&field))
            .collect();
        let (token, subject) = (token?.secret(), subject?.string());
        Some(Self {
            token: token?,
            subject: subject?,
            plugins,
        })
    }
}

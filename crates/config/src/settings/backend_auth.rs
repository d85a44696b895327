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
    /// What it is good for; empty for everything, as Backstage has it.
    pub restrictions: Vec<AccessRestriction>,
}

/// One of `accessRestrictions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRestriction {
    /// The plugin it is good for.
    pub plugin: String,
    /// `permission`: the names of permissions it is good for there; all of them
    /// without.
    pub permissions: Option<Vec<String>>,
    /// `permissionAttribute.action`: the actions it is good for there; all of
    /// them without.
    pub actions: Option<Vec<String>>,
}

impl StaticAccess {
    /// What it is good for at `plugin`, where that is said.
    pub fn at<'a>(&'a self, plugin: &'a str) -> impl Iterator<Item = &'a AccessRestriction> {
        let restrictions = self.restrictions.iter();
        restrictions.filter(move |restriction| restriction.plugin == plugin)
    }
}

impl AccessRestriction {
    fn read(entry: &Section<'_>) -> Option<Self> {
        let plugin = entry.required("plugin", &[]);
        let attribute = entry.optional_section("permissionAttribute");
        let action = attribute.as_ref().map(|it| it.get("action"));
        Some(Self {
            permissions: names(entry.get("permission"))?,
            actions: names(action.flatten())?,
            plugin: plugin?.string()?,
        })
    }
}

/// Names, also several in one text, as Backstage splits it. `Some(None)` where
/// there are none, `None` where they can't be read.
fn names(field: Option<Field<'_>>) -> Option<Option<Vec<String>>> {
    let Some(field) = field else {
        return Some(None);
    };
    let texts = field.string_or_strings()?;
    let names = texts.iter().flat_map(|text| text.split([' ', ',']));
    let names: Vec<_> = names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    Some((!names.is_empty()).then_some(names))
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
        let restrictions = restrictions
            .iter()
            .filter_map(AccessRestriction::read)
            .collect();
        let (token, subject) = (token?.secret(), subject?.string());
        Some(Self {
            token: token?,
            subject: subject?,
            restrictions,
        })
    }
}

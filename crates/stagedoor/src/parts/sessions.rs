//! `auth.session` → what holds for sessions; `backend.auth.externalAccess` →
//! which services may manage them.

use stagedoor_config::{Settings, StaticAccess};
use stagedoor_signin::{Service, Services, session::SessionPolicy};

use super::weakness;

/// Our plugin, as `accessRestrictions` name it.
const PLUGIN: &str = "auth";

/// What holds for the sessions of every provider.
pub(crate) fn session_policy(settings: &Settings) -> SessionPolicy {
    let limits = &settings.auth.session_limits;
    SessionPolicy {
        idle_timeout: limits.idle_timeout,
        absolute_lifetime: limits.absolute_lifetime,
        max_per_user: limits.max_per_user,
    }
}

/// The services that may manage sessions. Backstage lets an entry without
/// restrictions in everywhere; here it has to name the plugin.
pub(crate) fn services(settings: &Settings) -> Services {
    let access = settings.backend.auth.external_access.iter();
    Services::new(access.flat_map(services_of).collect())
}

fn services_of(access: &StaticAccess) -> impl Iterator<Item = Service> {
    access.at(PLUGIN).map(|restriction| {
        if let Some(weakness) = weakness(&access.token) {
            tracing::warn!(
                "backend.auth.externalAccess: the token of {} {weakness}: whoever guesses it can end sessions. \
                 Take the output of `openssl rand -base64 32`",
                access.subject
            );
        }
        Service::new(
            &access.subject,
            &access.token,
            restriction.permissions.clone(),
            restriction.actions.clone(),
        )
    })
}

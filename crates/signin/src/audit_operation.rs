//! Those events of [`crate::audit`] that are about nobody: keys, configuration
//! and load.

use std::fmt::Display;

pub(crate) const TARGET: &str = "stagedoor::audit";

/// A service was refused that asked for sessions.
pub fn service_refused(service: Option<&str>, permission: &'static str) {
    tracing::warn!(
        target: TARGET,
        event = "service_refused",
        service,
        permission,
        "a request to manage sessions was refused"
    );
}

/// Another key begins to sign: `purpose` says what.
pub(crate) fn key_rotated(purpose: &'static str, kid: &str, before: Option<&str>) {
    tracing::info!(
        target: TARGET,
        event = "key_rotation",
        purpose,
        kid,
        before,
        "a new key signs"
    );
}

/// A change of the configuration has taken effect, the `generation`th.
pub fn configuration_changed(generation: u64) {
    tracing::info!(
        target: TARGET,
        event = "configuration_changed",
        generation,
        "the configuration has changed"
    );
}

/// A change of the configuration was refused.
pub fn configuration_refused(problem: &str) {
    tracing::error!(
        target: TARGET,
        event = "configuration_refused",
        problem,
        "a change of the configuration is refused, the old one serves on"
    );
}

/// One client asks for more than the limit `limit` allows: `requests` of its
/// and of others' were turned away since the last such line.
pub fn rate_limited(limit: &'static str, client: &dyn Display, requests: u64) {
    tracing::warn!(
        target: TARGET,
        event = "rate_limited",
        limit,
        %client,
        requests,
        "requests were turned away: too many from one client"
    );
}

/// More is asked for than can be done at once: `requests` were turned away
/// since the last such line.
pub fn overload(requests: u64) {
    tracing::warn!(
        target: TARGET,
        event = "overload",
        requests,
        "requests were turned away: too many at once"
    );
}

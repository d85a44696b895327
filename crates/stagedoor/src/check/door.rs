//! What keeps the server itself from starting: TLS, origins, CORS settings.

use stagedoor_config::{Https, Settings};

use super::{Finding, Section};
use crate::parts;

/// The parts that are made from settings alone.
pub(super) fn check(settings: &Settings) -> Vec<Section> {
    let tls = match (&settings.backend.https, parts::tls(&settings.backend)) {
        (_, Err(error)) => Some(Finding::start_error("certificate", &error)),
        (None, _) => None,
        (Some(Https::SelfSigned), Ok(_)) => Some(Finding::warning(
            "certificate",
            "made on the spot: no browser trusts it",
            "name the certificate and its key in backend.https.certificate, or let a proxy serve HTTPS",
        )),
        (Some(Https::Certificate { .. }), Ok(_)) => Some(Finding::ok(
            "certificate",
            "certificate and key can be read",
        )),
    };
    let origins = parts::origins(settings).err();
    let door = parts::server_settings(settings, false).err();
    [
        ("backend.https", tls),
        ("app", origins.map(|e| Finding::start_error("origins", &e))),
        (
            "backend",
            door.map(|e| Finding::start_error("settings", &e)),
        ),
    ]
    .into_iter()
    .filter_map(|(subject, finding)| Some(Section::new(subject, [finding?])))
    .collect()
}

//! `stagedoor`: what Backstage has no key for.

use secrecy::SecretString;

use super::{ClientAddressSettings, Limits, Listen, NativeClient, RateLimits, TraceSettings};
use crate::reading::Section;

/// What only Stagedoor has.
#[derive(Debug, Clone, Default)]
pub struct StagedoorSettings {
    /// `stagedoor.catalog.token`: a token or JWT that the Backstage catalog
    /// accepts by its `backend.auth.externalAccess`, in place of a plugin token
    /// of our own.
    pub catalog_token: Option<SecretString>,
    /// `stagedoor.metrics.listen`: where metrics are told to Prometheus; `None`
    /// records none. A port of their own, since they are for operators only.
    pub metrics: Option<Listen>,
    /// `stagedoor.traces`: where traces are sent; `None` makes none.
    pub traces: Option<TraceSettings>,
    /// `stagedoor.trustedProxies`, `stagedoor.clientAddressHeader`: how the
    /// address of a client is found.
    pub client_address: ClientAddressSettings,
    /// `stagedoor.takeOverSessions`: whether sessions go on that Backstage
    /// began, whose refresh token is in a cookie.
    pub take_over_sessions: bool,
    /// `stagedoor.rateLimit`: how much one client may ask for.
    pub rate_limits: RateLimits,
    /// `stagedoor.limits`: how much is taken on at once.
    pub limits: Limits,
    /// `stagedoor.nativeClients`: programs that may ask people to sign in; none
    /// unless they are named.
    pub native_clients: Vec<NativeClient>,
}

impl StagedoorSettings {
    pub(super) fn read(root: &Section<'_>) -> Self {
        let stagedoor = root.section("stagedoor");
        stagedoor.warn_of_typos(
            &[
                "catalog",
                "clientAddressHeader",
                "limits",
                "metrics",
                "nativeClients",
                "rateLimit",
                "signInPage",
                "takeOverSessions",
                "traces",
                "trustedProxies",
            ],
            &[],
        );
        let catalog = stagedoor.section("catalog");
        catalog.warn_of_typos(&["token"], &[]);
        let metrics = stagedoor.section("metrics");
        metrics.warn_of_typos(&["listen"], &[]);
        Self {
            client_address: ClientAddressSettings::read(root),
            take_over_sessions: stagedoor
                .get("takeOverSessions")
                .and_then(|field| field.boolean())
                .unwrap_or(true),
            rate_limits: RateLimits::read(&stagedoor),
            limits: Limits::read(&stagedoor),
            native_clients: NativeClient::read_all(&stagedoor),
            metrics: metrics
                .get("listen")
                .and_then(|field| Listen::read_field(&field)),
            traces: TraceSettings::read(&stagedoor),
            catalog_token: catalog.get("token").and_then(|field| field.secret()),
        }
    }
}

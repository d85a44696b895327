//! What a server is asked for.

use clap::ValueEnum;
use serde::Serialize;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Work {
    /// `/refresh`
    Refresh,
    /// Start, provider and callback.
    SignIn,
    /// `/start`
    Start,
    /// `/.well-known/jwks.json`
    Jwks,
    /// `/v1/userinfo`
    Userinfo,
}

//! Why a demo provider does not start or stops.

use std::{io, net::SocketAddr};

use jiff::SignedDuration;
use url::Url;

/// Why a demo provider does not start or stops.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoIdpError {
    /// The address can be reached from other machines.
    #[error(
        "the demo identity provider signs in anyone without a password, so it listens on loopback only, not on {0}: use 127.0.0.1 or [::1]"
    )]
    NotLoopback(SocketAddr),
    /// The port is taken, or not ours to take.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The issuer cannot identify a provider (OpenID Connect Discovery §3).
    #[error("the issuer {0} must be an http or https URL without query, fragment or credentials")]
    Issuer(Url),
    /// The token lifetime is below a second.
    #[error("access tokens must live for at least a second, not {0:#}")]
    Lifetime(SignedDuration),
    /// Two people with one subject.
    #[error("two people have the subject {0:?}: give each their own")]
    SamePerson(String),
    /// Two clients with one id.
    #[error("two clients have the client_id {0:?}: give each its own")]
    SameClient(String),
    /// A redirect URI that could never be redirected to.
    #[error(
        "client {client_id:?}: the redirect URI {uri} must be http or https and have no fragment"
    )]
    RedirectUri {
        /// The client that has it.
        client_id: String,
        /// The redirect URI.
        uri: Url,
    },
    /// The server could not go on.
    #[error("the demo identity provider stopped: {0}")]
    Serve(#[source] io::Error),
}

//! What a demo provider is told when it starts.

use std::net::SocketAddr;

use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

use crate::{DemoIdpError, DemoKey, Person, demo_people};

/// What a demo provider is told when it starts.
#[derive(Debug, Clone)]
pub struct DemoSettings {
    /// Where to listen: a loopback address. Port 0 takes any free port.
    pub listen: SocketAddr,
    /// The issuer; by default `http://localhost:{port}`. A path in it becomes
    /// the prefix of every endpoint.
    pub issuer: Option<Url>,
    /// The relying parties it knows. More can be added later with
    /// [`Control::register_client`](crate::Control::register_client).
    pub clients: Vec<DemoClient>,
    /// Who can sign in, in the order of the login page.
    pub people: Vec<Person>,
    /// How long access tokens and ID tokens are good for.
    pub access_token_lifetime: SignedDuration,
    /// What happens to refresh tokens.
    pub refresh: RefreshPolicy,
    /// The key it signs with at first; by default one of its own.
    pub signing_key: Option<DemoKey>,
    /// The name on the login page.
    pub title: String,
}

impl DemoSettings {
    /// A provider on `listen` with the people of [`demo_people`], no clients,
    /// tokens good for an hour and rotating refresh tokens.
    #[must_use]
    pub fn on(listen: SocketAddr) -> Self {
        Self {
            listen,
            issuer: None,
            clients: Vec::new(),
            people: demo_people(),
            access_token_lifetime: SignedDuration::from_hours(1),
            refresh: RefreshPolicy::Rotating,
            signing_key: None,
            title: "Stagedoor demo".to_owned(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), DemoIdpError> {
        if !self.listen.ip().is_loopback() {
            return Err(DemoIdpError::NotLoopback(self.listen));
        }
        if self.access_token_lifetime < SignedDuration::from_secs(1) {
            return Err(DemoIdpError::Lifetime(self.access_token_lifetime));
        }
        for (index, person) in self.people.iter().enumerate() {
            if self.people[..index]
                .iter()
                .any(|other| other.sub == person.sub)
            {
                return Err(DemoIdpError::SamePerson(person.sub.clone()));
            }
        }
        for (index, client) in self.clients.iter().enumerate() {
            client.check()?;
            if self.clients[..index]
                .iter()
                .any(|other| other.client_id == client.client_id)
            {
                return Err(DemoIdpError::SameClient(client.client_id.clone()));
            }
        }
        Ok(())
    }
}

/// A relying party.
#[derive(Debug, Clone)]
pub struct DemoClient {
    /// Its `client_id`.
    pub client_id: String,
    /// Its secret; none makes it a public client, which must use PKCE.
    pub client_secret: Option<SecretString>,
    /// Where an answer may be sent. Compared as exact strings, as `Url`
    /// writes them; http or https, without a fragment.
    pub redirect_uris: Vec<Url>,
    /// Where the browser may be sent after a sign-out; compared likewise.
    pub post_logout_redirect_uris: Vec<Url>,
}

impl DemoClient {
    pub(crate) fn check(&self) -> Result<(), DemoIdpError> {
        let uris = self
            .redirect_uris
            .iter()
            .chain(&self.post_logout_redirect_uris);
        for uri in uris {
            let web = matches!(uri.scheme(), "http" | "https");
            if !web || uri.fragment().is_some() {
                return Err(DemoIdpError::RedirectUri {
                    client_id: self.client_id.clone(),
                    uri: uri.clone(),
                });
            }
        }
        Ok(())
    }
}

/// What happens to refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshPolicy {
    /// Every refresh gives a new one; a used one that comes back ends the
    /// whole grant (RFC 9700 §4.14.2).
    Rotating,
    /// One refresh token for as long as the grant lasts.
    Fixed,
    /// None is given, and those given earlier are refused.
    Never,
}

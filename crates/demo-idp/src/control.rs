//! Changing a provider while it runs: for tests in its process.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use serde_json::Value;

use crate::{
    DemoClient, DemoIdpError, Endpoint, Misbehave, NoSigningKey, Person, RefreshPolicy,
    provider::Provider,
};

/// A handle on a running provider. Clones control the same one.
#[derive(Debug, Clone)]
pub struct Control(pub(crate) Arc<Provider>);

impl Control {
    /// Adds a client, or replaces the one of the same id: for when a relying
    /// party's port is known only after the provider's.
    ///
    /// # Errors
    /// [`DemoIdpError::RedirectUri`].
    pub fn register_client(&self, client: DemoClient) -> Result<(), DemoIdpError> {
        client.check()?;
        self.0.put_client(client);
        Ok(())
    }

    /// Signs with a new key from now on. Earlier keys stay in the key set, up
    /// to four in all.
    ///
    /// # Errors
    /// When no key can be made.
    pub async fn rotate_keys(&self) -> Result<(), NoSigningKey> {
        self.0.keys.rotate().await
    }

    /// Takes all keys but the one that signs out of the key set.
    pub async fn retire_old_keys(&self) {
        self.0.keys.retire_old().await;
    }

    /// Ends every code, access token and refresh token. Browsers stay signed
    /// in.
    pub fn revoke_all(&self) {
        self.0.grants().clear();
    }

    /// Signs every browser out. Tokens stay good.
    pub fn end_sessions(&self) {
        self.0.sessions().clear();
    }

    /// What happens to refresh tokens from now on.
    pub fn set_refresh_policy(&self, policy: RefreshPolicy) {
        self.0.set_refresh_policy(policy);
    }

    /// Lets every call of `endpoint` fail with `status`.
    pub fn fail(&self, endpoint: Endpoint, status: StatusCode) {
        self.0.watch.fail(endpoint, status, None);
    }

    /// Lets the next `times` calls of `endpoint` fail with `status`.
    pub fn fail_times(&self, endpoint: Endpoint, status: StatusCode, times: u64) {
        self.0.watch.fail(endpoint, status, Some(times));
    }

    /// Lets every call of `endpoint` wait (in real time) before it is handled.
    pub fn delay(&self, endpoint: Endpoint, delay: Duration) {
        self.0.watch.delay(endpoint, delay);
    }

    /// Lets `endpoint` work again, without delay.
    pub fn restore(&self, endpoint: Endpoint) {
        self.0.watch.restore(endpoint);
    }

    /// How often `endpoint` has been called, failures included.
    #[must_use]
    pub fn calls(&self, endpoint: Endpoint) -> u64 {
        self.0.watch.calls(endpoint)
    }

    /// Changes the person whose subject is `sub`; false when there is none.
    /// Tokens issued later and userinfo show it.
    pub fn change_person(&self, sub: &str, change: impl FnOnce(&mut Person)) -> bool {
        self.0.change_people(|people| {
            let found = people.iter_mut().find(|person| person.sub == sub);
            found.map(change).is_some()
        })
    }

    /// Sets a further claim of the person whose subject is `sub`; false when
    /// there is none.
    pub fn set_claim(&self, sub: &str, claim: &str, value: Value) -> bool {
        self.change_person(sub, |person| {
            person.claims.insert(claim.to_owned(), value);
        })
    }

    /// Takes a person off the list, along with their sessions and what their
    /// tokens are good for; false when there is none.
    pub fn remove_person(&self, sub: &str) -> bool {
        self.0.change_people(|people| {
            let before = people.len();
            people.retain(|person| person.sub != sub);
            people.len() < before
        })
    }

    /// Answers wrongly from now on; [`Behave`](crate::Behave) ends it.
    pub fn misbehave(&self, misbehave: Arc<dyn Misbehave>) {
        self.0.set_misbehave(misbehave);
    }
}

//! The discovery document, read once and checked.

use serde_json::{Map, Value};
use url::Url;

use super::{
    rules::{
        endpoint_is_plain, endpoint_is_secure, issuer_is_the_one_asked, issuer_is_the_one_set,
    },
    target::DiscoveryTarget,
};
use crate::{
    settings::ClientSettings,
    violation::{Place, Violation},
};

/// A provider's metadata (Discovery §3), checked, with the client's own
/// endpoint settings already in place of the discovered ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderMetadata {
    /// The issuer, to the letter as the provider spells it.
    pub issuer: String,
    /// Where the browser is sent.
    pub authorization_endpoint: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: Url,
    /// Where the provider publishes its keys.
    pub jwks_uri: Url,
    /// Where claims can be asked for.
    pub userinfo_endpoint: Option<Url>,
    /// Where tokens can be revoked (RFC 7009).
    pub revocation_endpoint: Option<Url>,
    /// Where authorization requests can be pushed (RFC 9126).
    pub pushed_authorization_request_endpoint: Option<Url>,
    /// Whether they must be.
    pub require_pushed_authorization_requests: bool,
    /// Where the browser is sent to end the provider's own session (RP-Initiated Logout §2.1).
    pub end_session_endpoint: Option<Url>,
    /// Whether every authorization response carries `iss` (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether the `claims` parameter of an authorization request is understood (Core §5.5).
    pub claims_parameter_supported: bool,
    /// The algorithms the provider can sign ID tokens with, as it lists them.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// The client authentication methods the provider lists.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms the provider lists for assertions that clients sign.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The PKCE methods the provider lists (RFC 8414 §2); empty when it does not
    /// say. `S256` is used whatever it says.
    pub code_challenge_methods_supported: Vec<String>,
    /// The scopes the provider lists; empty when it does not say.
    pub scopes_supported: Vec<String>,
    /// The values of `prompt` it understands; empty when it does not say
    /// (Initiating User Registration 1.0, section 4.1).
    pub prompt_values_supported: Vec<String>,
}

impl ProviderMetadata {
    /// Reads `document`, fetched from `target`.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub(super) fn read(
        document: &Value,
        target: &DiscoveryTarget,
        settings: &ClientSettings,
    ) -> Result<Self, Violation> {
        let document = Document {
            members: document.as_object().ok_or_else(|| Violation::Malformed {
                at: Place::Discovery,
                detail: "not a JSON object".to_owned(),
            })?,
            metadata_url: &settings.metadata_url,
            mutual_tls: settings.auth_method.is_mutual_tls(),
        };
        let issuer = document.required("issuer")?;
        match &settings.issuer {
            Some(set) => issuer_is_the_one_set(set, issuer)?,
            None => issuer_is_the_one_asked(&target.issuer, issuer)?,
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: document.chosen_or(
                settings.authorization_endpoint.as_ref(),
                "authorization_endpoint",
                Document::endpoint,
            )?,
            token_endpoint: document.chosen_or(
                settings.token_endpoint.as_ref(),
                "token_endpoint",
                Document::direct_endpoint,
            )?,
            jwks_uri: document.chosen_or(None, "jwks_uri", Document::endpoint)?,
            userinfo_endpoint: document.direct_endpoint("userinfo_endpoint")?,
            revocation_endpoint: document.direct_endpoint("revocation_endpoint")?,
            pushed_authorization_request_endpoint: document
                .direct_endpoint("pushed_authorization_request_endpoint")?,
            require_pushed_authorization_requests: document
                .flag("require_pushed_authorization_requests"),
            end_session_endpoint: document.endpoint("end_session_endpoint")?,
            authorization_response_iss_parameter_supported: document
                .flag("authorization_response_iss_parameter_supported"),
            claims_parameter_supported: document.flag("claims_parameter_supported"),
            id_token_signing_alg_values_supported: document
                .list("id_token_signing_alg_values_supported"),
            token_endpoint_auth_methods_supported: document
                .list("token_endpoint_auth_methods_supported"),
            token_endpoint_auth_signing_alg_values_supported: document
                .list("token_endpoint_auth_signing_alg_values_supported"),
            code_challenge_methods_supported: document.list("code_challenge_methods_supported"),
            scopes_supported: document.list("scopes_supported"),
            prompt_values_supported: document.list("prompt_values_supported"),
        })
    }
}

struct Document<'a> {
    members: &'a Map<String, Value>,
    metadata_url: &'a Url,
    mutual_tls: bool,
}

impl Document<'_> {
    /// The text of member `name`; an empty one counts as absent.
    fn text(&self, name: &str) -> Option<&str> {
        let text = self.members.get(name)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    fn required(&self, name: &'static str) -> Result<&str, Violation> {
        self.text(name).ok_or(Violation::MissingParameter {
            at: Place::Discovery,
            name,
        })
    }

    fn flag(&self, name: &str) -> bool {
        self.members.get(name).and_then(Value::as_bool) == Some(true)
    }

    fn list(&self, name: &str) -> Vec<String> {
        let values = self.members.get(name).and_then(Value::as_array);
        let texts = values.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    fn endpoint(&self, name: &'static str) -> Result<Option<Url>, Violation> {
        self.text(name)
            .map(|text| self.parsed(name, text))
            .transpose()
    }

    /// An endpoint that we call ourselves. If we show a certificate then, it
    /// may have another address (RFC 8705 §5).
    fn direct_endpoint(&self, name: &'static str) -> Result<Option<Url>, Violation> {
        let aliases = self.members.get("mtls_endpoint_aliases");
        let alias = aliases
            .filter(|_| self.mutual_tls)
            .and_then(|aliases| aliases.get(name)?.as_str());
        match alias {
            Some(alias) => self.parsed(name, alias).map(Some),
            None => self.endpoint(name),
        }
    }

    /// The endpoint `chosen` by the operator, or else the one discovered, which
    /// must be there.
    fn chosen_or(
        &self,
        chosen: Option<&Url>,
        name: &'static str,
        discovered: impl FnOnce(&Self, &'static str) -> Result<Option<Url>, Violation>,
    ) -> Result<Url, Violation> {
        if let Some(chosen) = chosen {
            return self.checked(name, chosen.clone());
        }
        discovered(self, name)?.ok_or(Violation::MissingParameter {
            at: Place::Discovery,
            name,
        })
    }

    fn parsed(&self, name: &'static str, text: &str) -> Result<Url, Violation> {
        let endpoint = Url::parse(text).map_err(|_| Violation::Malformed {
            at: Place::Discovery,
            detail: format!("'{name}' is not a URL"),
        })?;
        self.checked(name, endpoint)
    }

    fn checked(&self, name: &'static str, endpoint: Url) -> Result<Url, Violation> {
        endpoint_is_secure(name, &endpoint, self.metadata_url)?;
        endpoint_is_plain(name, &endpoint)?;
        Ok(endpoint)
    }
}

#[cfg(test)]
mod tests;

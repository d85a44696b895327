//! `POST /token`: codes and refresh tokens become tokens.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};
use serde_json::{Map, Value, json};

use super::no_store;
use crate::{
    DemoClient, Person, RefreshPolicy,
    claims::IdToken,
    client_auth::authenticate,
    grants::{Grant, GrantError, GrantId, PresentedCode},
    oauth_error::OauthError,
    opaque::{Fingerprint, Opaque},
    parameters::Parameters,
    provider::Provider,
    scope::Scope,
};

pub(super) async fn token(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OauthError> {
    let form = Parameters::from_form(&headers, &body)?;
    let client = authenticate(&provider, &headers, &form)?;
    let issue = match form.require("grant_type")? {
        "authorization_code" => by_code(&provider, &client, &form)?,
        "refresh_token" => by_refresh_token(&provider, &client, &form)?,
        _ => return Err(OauthError::UnsupportedGrantType),
    };
    let mut response = issue.tokens(&provider).await?;
    provider.misbehave().token_response(&mut response);
    Ok(no_store(response))
}

/// RFC 6749 §4.1.3
fn by_code(
    provider: &Provider,
    client: &DemoClient,
    form: &Parameters,
) -> Result<Issue, OauthError> {
    let presented = PresentedCode {
        code: Fingerprint::of(form.require("code")?),
        client_id: &client.client_id,
        redirect_uri: form.require("redirect_uri")?,
        verifier: form.get("code_verifier")?,
    };
    let (id, grant) = provider.grants().redeem(&presented, provider.now())?;
    let with_refresh_token = provider.refresh_policy() != RefreshPolicy::Never;
    Ok(Issue {
        id,
        grant,
        with_refresh_token,
    })
}

/// RFC 6749 §6
fn by_refresh_token(
    provider: &Provider,
    client: &DemoClient,
    form: &Parameters,
) -> Result<Issue, OauthError> {
    let policy = provider.refresh_policy();
    if policy == RefreshPolicy::Never {
        return Err(OauthError::UnsupportedGrantType);
    }
    let token = Fingerprint::of(form.require("refresh_token")?);
    let narrowed = form.get("scope")?.map(Scope::parse).transpose()?;
    let client_id = &client.client_id;
    let used = provider
        .grants()
        .use_refresh_token(token, client_id, policy, provider.now());
    let (id, mut grant) = used?;
    if let Some(scope) = narrowed {
        if !scope.within(&grant.scope) {
            return Err(OauthError::InvalidScope);
        }
        grant.scope = scope;
    }
    // An ID token from a refresh answers no authentication request
    // (OpenID Connect Core §12.2).
    grant.nonce = None;
    Ok(Issue {
        id,
        grant,
        with_refresh_token: policy == RefreshPolicy::Rotating,
    })
}

/// What is to be issued.
struct Issue {
    id: GrantId,
    grant: Grant,
    with_refresh_token: bool,
}

impl Issue {
    /// The successful answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
    async fn tokens(&self, provider: &Provider) -> Result<Map<String, Value>, OauthError> {
        let person = provider
            .person(&self.grant.subject)
            .ok_or(GrantError::Unknown)?;
        let access_token = provider.fresh()?;
        let refresh_token = self
            .with_refresh_token
            .then(|| provider.fresh())
            .transpose()?;
        let id_token = self.id_token(provider, &person, &access_token).await?;
        let now = provider.now();
        provider.grants().add_tokens(
            self.id,
            access_token.fingerprint(),
            now + provider.access_token_lifetime,
            refresh_token.as_ref().map(Opaque::fingerprint),
            now,
        )?;
        let mut response = Map::new();
        let mut set = |name: &str, value: Value| response.insert(name.to_owned(), value);
        set("access_token", json!(access_token.reveal()));
        set("token_type", json!("Bearer"));
        set(
            "expires_in",
            json!(provider.access_token_lifetime.as_secs()),
        );
        set("scope", json!(self.grant.scope.to_string()));
        set("id_token", json!(id_token));
        if let Some(refresh_token) = refresh_token {
            set("refresh_token", json!(refresh_token.reveal()));
        }
        Ok(response)
    }

    async fn id_token(
        &self,
        provider: &Provider,
        person: &Person,
        access_token: &Opaque,
    ) -> Result<String, OauthError> {
        let issued = provider.now();
        let about = IdToken {
            issuer: provider.issuer.as_str(),
            grant: &self.grant,
            person,
            access_token,
            issued,
            expires: issued + provider.access_token_lifetime,
        };
        let key = provider.keys.current().await?;
        let (mut header, mut claims) = (key.header(), about.claims());
        let misbehave = provider.misbehave();
        misbehave.id_token(&mut header, &mut claims);
        let mut token = key.sign(&header, &claims)?;
        misbehave.signed_id_token(&mut token);
        Ok(token)
    }
}

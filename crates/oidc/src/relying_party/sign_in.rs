//! From an authorization request to verified tokens.

use super::RelyingParty;
use crate::{
    authorization::{
        AuthorizationParams, AuthorizationRequest, FlowSecrets, RESERVED, authorization_parameters,
        required_authentication,
    },
    callback::{CallbackParams, accepted_code},
    error::OidcError,
    id_token::Answers,
    pushed_authorization::{pushing_endpoint, read_request_uri},
    query::{Parameter, with_query},
    secrets::{CodeVerifier, Nonce},
    token_endpoint::{TokenResponse, TokenSet},
    trace::TRACE,
    violation::Violation,
};

impl RelyingParty {
    /// Prepares a sign-in: code flow with PKCE `S256` and a nonce
    /// (Core §3.1.2.1, RFC 7636); pushed (RFC 9126) if the provider requires it
    /// or the settings ask for it.
    ///
    /// # Errors
    /// As [`Self::metadata`], or [`OidcError::NoEntropy`]; if the request is
    /// pushed, also [`OidcError::RequestRefused`].
    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.start", skip_all)]
    pub async fn authorization_request(
        &self,
        params: AuthorizationParams<'_>,
    ) -> Result<AuthorizationRequest, OidcError> {
        let metadata = self.metadata().await?;
        let secrets = FlowSecrets {
            nonce: Nonce::generate(&*self.entropy)?,
            code_verifier: CodeVerifier::generate(&*self.entropy)?,
            issuer: metadata.issuer.clone(),
            authentication: required_authentication(&self.settings, params.extra),
        };
        let mut parameters = authorization_parameters(&metadata, &self.settings, &params, &secrets);
        if let Some(endpoint) = pushing_endpoint(&metadata, &self.settings)? {
            let answer = self.post(&metadata, endpoint, parameters).await?;
            // RFC 9126 §4: the reference, and nothing that it stands for.
            parameters = vec![
                ("client_id", self.settings.client_id.as_str().into()),
                ("request_uri", read_request_uri(&answer)?.into()),
            ];
        }
        let url = with_query(&metadata.authorization_endpoint, &parameters, &RESERVED);
        Ok(AuthorizationRequest { url, secrets })
    }

    /// Finishes a sign-in: checks the authorization response, exchanges its code
    /// and verifies the ID token (Core §3.1.2.7, §3.1.3). The caller has checked
    /// `state`, and that `secrets` belong to this browser and are used once.
    ///
    /// # Errors
    /// [`OidcError::Denied`] when the provider refused, [`OidcError::TokenRefused`]
    /// when the code was, [`OidcError::Invalid`] when an answer breaks a rule, or
    /// [`OidcError::Unavailable`].
    #[tracing::instrument(target = TRACE, level = "debug", name = "oidc.exchange_code", skip_all)]
    pub async fn exchange_code(
        &self,
        callback: &CallbackParams,
        secrets: &FlowSecrets,
    ) -> Result<TokenSet, OidcError> {
        let metadata = self.metadata().await?;
        let code = accepted_code(
            callback,
            &metadata,
            &self.issuer(&metadata),
            &secrets.issuer,
        )?;
        let fields: Vec<Parameter<'_>> = vec![
            ("grant_type", "authorization_code".into()),
            ("code", code.as_str().into()),
            ("redirect_uri", self.settings.redirect_uri.as_str().into()),
            ("code_verifier", secrets.code_verifier.expose().into()),
        ];
        let answer = self
            .post(&metadata, &metadata.token_endpoint, fields)
            .await?;
        let mut response = TokenResponse::read(&answer)?;
        let raw = response.id_token.take().ok_or(Violation::MissingIdToken)?;
        let answers = Answers::Request(&secrets.nonce);
        let required = &secrets.authentication;
        let believing = self.believe(&metadata, raw, &response.access_token, answers, required);
        let id_token = believing.await?;
        Ok(response.with_id_token(Some(id_token)))
    }
}

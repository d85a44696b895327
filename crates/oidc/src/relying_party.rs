//! One client at one provider.

use std::{fmt, sync::Arc};

use jiff::SignedDuration;
use stagedoor_ambient::{SharedClock, SharedEntropy};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    authorization::{AuthorizationParams, AuthorizationRequest, FlowSecrets, authorization_url},
    cached::Cached,
    callback::{CallbackParams, accepted_code},
    claims::Claims,
    client_auth::authenticate,
    discovery::{DiscoverySource, ProviderMetadata},
    error::OidcError,
    http::{Answer, FormRequest, HttpClient},
    id_token::{Expected, ExpectedNonce, VerifiedIdToken},
    jwks::KeyRing,
    revocation::{Revocation, read_revocation},
    secrets::{AccessToken, CodeVerifier, Nonce, RefreshToken},
    settings::ClientSettings,
    status::ProviderStatus,
    token_endpoint::{OriginalSignIn, TokenResponse, TokenSet},
    userinfo::read_userinfo,
    violation::Violation,
};

/// One client registered at one provider: share it in an `Arc`.
///
/// Its methods must be called within a Tokio runtime.
pub struct RelyingParty {
    settings: Arc<ClientSettings>,
    http: HttpClient,
    clock: SharedClock,
    entropy: SharedEntropy,
    metadata: Cached<DiscoverySource>,
    keys: KeyRing,
}

impl RelyingParty {
    /// A client with `settings`. Nothing is fetched yet.
    #[must_use]
    pub fn new(
        settings: ClientSettings,
        http: HttpClient,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Self {
        let settings = Arc::new(settings);
        let source = DiscoverySource {
            settings: Arc::clone(&settings),
            http: http.clone(),
        };
        let metadata = Cached::new(source, DiscoverySource::POLICY, Arc::clone(&clock));
        let keys = KeyRing::new(
            metadata.clone(),
            Arc::clone(&settings),
            http.clone(),
            Arc::clone(&clock),
        );
        Self {
            settings,
            http,
            clock,
            entropy,
            metadata,
            keys,
        }
    }

    /// The settings it was made with.
    #[must_use]
    pub fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// The provider's metadata: kept, renewed in the background once an hour,
    /// fetched once for all who wait. After a failure the same error is given
    /// during a pause that grows from 1 s to 60 s.
    ///
    /// # Errors
    /// [`OidcError::Unavailable`], or the rule of Discovery that the document breaks.
    pub async fn metadata(&self) -> Result<Arc<ProviderMetadata>, OidcError> {
        self.metadata.get().await
    }

    /// Whether the provider can be used now. Asks nobody: to have a provider
    /// that was down noticed when it comes, call [`Self::keep_current`] at times.
    #[must_use]
    pub fn status(&self) -> ProviderStatus {
        self.metadata.health().into()
    }

    /// Fetches metadata and keys if they are due, so that the next sign-in finds
    /// them. For a background task, every few seconds: it costs nothing when
    /// nothing is due, and pauses after failures by itself.
    ///
    /// # Errors
    /// As [`Self::metadata`].
    pub async fn keep_current(&self) -> Result<(), OidcError> {
        self.metadata().await?;
        self.keys.keep_current().await
    }

    /// Prepares a sign-in: code flow with PKCE `S256` and a nonce
    /// (Core §3.1.2.1, RFC 7636).
    ///
    /// # Errors
    /// As [`Self::metadata`], or [`OidcError::NoEntropy`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn authorization_request(
        &self,
        params: AuthorizationParams<'_>,
    ) -> Result<AuthorizationRequest, OidcError> {
        let metadata = self.metadata().await?;
        let secrets = FlowSecrets {
            nonce: Nonce::generate(&*self.entropy)?,
            code_verifier: CodeVerifier::generate(&*self.entropy)?,
            issuer: metadata.issuer.clone(),
        };
        let url = authorization_url(&metadata, &self.settings, &params, &secrets);
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
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn exchange_code(
        &self,
        callback: &CallbackParams,
        secrets: &FlowSecrets,
    ) -> Result<TokenSet, OidcError> {
        let metadata = self.metadata().await?;
        let code = accepted_code(callback, &metadata, &secrets.issuer)?;
        let fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", self.settings.redirect_uri.as_str()),
            ("code_verifier", secrets.code_verifier.expose()),
        ];
        let answer = self.post(&metadata.token_endpoint, fields).await?;
        let mut response = TokenResponse::read(&answer)?;
        let raw = response.id_token.take().ok_or(Violation::MissingIdToken)?;
        let nonce = ExpectedNonce::Exactly(&secrets.nonce);
        let access_token = &response.access_token;
        let id_token = self
            .verify(raw, &metadata, access_token, nonce, None)
            .await?;
        Ok(response.with_id_token(Some(id_token)))
    }

    /// Trades `refresh_token` for new tokens (Core §12). `expected_subject` is
    /// who signed in, if known: a new ID token must be about the same.
    ///
    /// # Errors
    /// As [`Self::exchange_code`]; [`OidcError::is_refused`] tells that the grant is over.
    pub async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        expected_subject: Option<&str>,
    ) -> Result<TokenSet, OidcError> {
        let original = OriginalSignIn {
            subject: expected_subject,
            nonce: None,
        };
        self.refresh_sign_in(refresh_token, &original).await
    }

    /// As [`Self::refresh`], measured against all that is known of the original
    /// sign-in (Core §12.2).
    ///
    /// # Errors
    /// As [`Self::refresh`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn refresh_sign_in(
        &self,
        refresh_token: &RefreshToken,
        original: &OriginalSignIn<'_>,
    ) -> Result<TokenSet, OidcError> {
        let metadata = self.metadata().await?;
        let fields = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ];
        let answer = self.post(&metadata.token_endpoint, fields).await?;
        let mut response = TokenResponse::read(&answer)?;
        let Some(raw) = response.id_token.take() else {
            return Ok(response.with_id_token(None));
        };
        let nonce = original
            .nonce
            .map_or(ExpectedNonce::Unknown, ExpectedNonce::IfPresent);
        let access_token = &response.access_token;
        let id_token = self
            .verify(raw, &metadata, access_token, nonce, original.subject)
            .await?;
        Ok(response.with_id_token(Some(id_token)))
    }

    /// The claims about `subject`, whose ID token came with `access_token`;
    /// `None` when the provider has no userinfo endpoint (Core §5.3).
    ///
    /// # Errors
    /// [`OidcError::UserinfoRefused`], [`OidcError::Invalid`] when the answer is
    /// about somebody else, or [`OidcError::Unavailable`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn userinfo(
        &self,
        access_token: &AccessToken,
        subject: &str,
    ) -> Result<Option<Claims>, OidcError> {
        let metadata = self.metadata().await?;
        let Some(endpoint) = &metadata.userinfo_endpoint else {
            return Ok(None);
        };
        let timeout = self.settings.timeout;
        let answer = self.http.get(endpoint, Some(access_token), timeout).await?;
        read_userinfo(&answer, subject).map(Some)
    }

    /// Makes `token` worthless at the provider (RFC 7009 §2).
    ///
    /// # Errors
    /// [`OidcError::TokenRefused`] or [`OidcError::Unavailable`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn revoke(&self, token: &RefreshToken) -> Result<Revocation, OidcError> {
        let metadata = self.metadata().await?;
        let Some(endpoint) = &metadata.revocation_endpoint else {
            return Ok(Revocation::NotOffered);
        };
        let fields = vec![
            ("token", token.expose()),
            ("token_type_hint", "refresh_token"),
        ];
        let answer = self.post(endpoint, fields).await?;
        read_revocation(&answer)
    }

    /// Posts `fields` to an endpoint at which the client must prove itself.
    async fn post<'a>(
        &'a self,
        endpoint: &Url,
        fields: Vec<(&'a str, &'a str)>,
    ) -> Result<Answer, OidcError> {
        let mut request = FormRequest {
            fields,
            authorization: None,
        };
        authenticate(&mut request, &self.settings)?;
        let timeout = self.settings.timeout;
        self.http.post_form(endpoint, &request, timeout).await
    }

    async fn verify(
        &self,
        raw: Zeroizing<String>,
        metadata: &ProviderMetadata,
        access_token: &AccessToken,
        nonce: ExpectedNonce<'_>,
        subject: Option<&str>,
    ) -> Result<VerifiedIdToken, OidcError> {
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: &self.settings.client_id,
            alg: self.settings.id_token_alg,
            now: self.clock.now(),
            tolerance: self.settings.clock_tolerance.max(SignedDuration::ZERO),
            access_token,
            nonce,
            subject,
        };
        VerifiedIdToken::verify(raw, &self.keys, &expected).await
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty")
            .field("settings", &self.settings)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

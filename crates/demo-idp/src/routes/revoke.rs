//! `POST /revoke` (RFC 7009).

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};

use crate::{
    client_auth::authenticate, oauth_error::OauthError, opaque::Fingerprint,
    parameters::Parameters, provider::Provider,
};

pub(super) async fn revoke(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, OauthError> {
    let form = Parameters::from_form(&headers, &body)?;
    let client = authenticate(&provider, &headers, &form)?;
    let token = Fingerprint::of(form.require("token")?);
    provider
        .grants()
        .revoke(token, &client.client_id, provider.now())?;
    Ok(StatusCode::OK)
}

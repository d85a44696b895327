//! A provider under an id of one's own, `keycloak`, with a resolver of one's
//! own: what Backstage's page "OIDC provider from scratch" does in TypeScript.
//!
//! ```ts
//! async signInResolver(info, ctx) {
//!   const userRef = stringifyEntityRef({
//!     kind: 'User', name: info.result.fullProfile.userinfo.sub, namespace: DEFAULT_NAMESPACE,
//!   });
//!   return ctx.issueToken({ claims: { sub: userRef, ent: [userRef] } });
//! }
//! ```

use stagedoor::{
    AuthBackend, AuthBackendBuilder,
    identity::{DEFAULT_NAMESPACE, EntityRef, UserClaims},
    oauth_provider, oidc_authenticator,
    signin::resolver::{ResolveError, SignInResolver, sign_in_resolver},
};

/// An auth backend that knows the provider `keycloak`.
#[must_use]
pub fn auth_backend() -> AuthBackendBuilder {
    AuthBackend::builder().provider(
        "keycloak",
        oauth_provider(oidc_authenticator()).sign_in_resolver(subject_as_user()),
    )
}

/// Whoever the provider knows as `sub` is the user `user:default/<sub>`, in
/// the catalog or not, and owns what that user owns.
fn subject_as_user() -> impl SignInResolver {
    sign_in_resolver("subjectAsUser", |info, context| async move {
        let subject = info
            .result
            .userinfo
            .str("sub")
            .ok_or_else(|| ResolveError::ClaimMissing("sub".to_owned()))?;
        let user = EntityRef::try_new("User", DEFAULT_NAMESPACE, subject)
            .map_err(|error| ResolveError::NotAllowed(error.to_string()))?;
        context
            .issue_token(UserClaims::new(user.clone(), vec![user]))
            .await
    })
}

//! Keys with which a client proves itself.

use secrecy::{ExposeSecret, SecretString};

use super::{TokenEndpointAuthMethod, TokenSignedResponseAlg};
use crate::reading::Section;

/// `clientAssertion`: the JWTs that a client signs to prove itself, for
/// `private_key_jwt` and `client_secret_jwt`.
#[derive(Debug, Clone, Default)]
pub struct ClientAssertion {
    /// `key`: the client's private key, PEM; without it `private_key_jwt`
    /// cannot work. `$file` reads it from a file.
    pub key: Option<SecretString>,
    /// `keyId`: the key's id at the provider (`kid`).
    pub key_id: Option<String>,
    /// `algorithm`, if not the first that both provider and key can do.
    pub algorithm: Option<TokenSignedResponseAlg>,
    /// `audience`.
    pub audience: AssertionAudience,
}

/// `clientAssertion.audience`: whom they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AssertionAudience {
    /// `issuer`, the default, as Backstage has it.
    #[default]
    Issuer,
    /// `tokenEndpoint`, for providers that take nothing else.
    TokenEndpoint,
}

/// `clientCertificate`: what a client shows in TLS connections to the provider,
/// for `tls_client_auth` and `self_signed_tls_client_auth`.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    /// `cert`: the certificate, PEM, and those that lead to its authority.
    pub cert: String,
    /// `key`: its private key, PEM.
    pub key: SecretString,
}

impl ClientAssertion {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let section = section.section("clientAssertion");
        section.warn_of_typos(&["algorithm", "audience", "key", "keyId"], &[]);
        Self {
            key: private_key(&section),
            key_id: section.get("keyId").and_then(|field| field.string()),
            algorithm: section
                .get("algorithm")
                .and_then(|field| field.choice(TokenSignedResponseAlg::ASYMMETRIC)),
            audience: section
                .get("audience")
                .and_then(|field| {
                    field.choice(&[
                        ("issuer", AssertionAudience::Issuer),
                        ("tokenEndpoint", AssertionAudience::TokenEndpoint),
                    ])
                })
                .unwrap_or_default(),
        }
    }
}

impl ClientCertificate {
    pub(super) fn read(section: &Section<'_>) -> Option<Self> {
        let section = section.optional_section("clientCertificate")?;
        section.warn_of_typos(&["cert", "key"], &[]);
        let cert = section.required("cert", &["certificate", "crt", "certFile"]);
        let cert = cert.and_then(|field| {
            let text = field.string()?;
            if text.contains("-----BEGIN CERTIFICATE-----") {
                return Some(text);
            }
            let problem = field.problem("this is no certificate in PEM");
            field.error(problem.with_help("a file is read with `cert: { $file: PATH }`"))
        });
        section.required("key", &["privateKey", "keyFile"]);
        let key = private_key(&section);
        Some(Self {
            cert: cert?,
            key: key?,
        })
    }
}

/// `key`, which people may take for the path of a file.
fn private_key(section: &Section<'_>) -> Option<SecretString> {
    let field = section.get("key")?;
    let key = field.secret()?;
    if key.expose_secret().contains("PRIVATE KEY-----") {
        return Some(key);
    }
    let problem = field.problem("this is no private key in PEM");
    field.error(problem.with_help("a file is read with `key: { $file: PATH }`"))
}

/// Backstage takes such a client, though nobody can sign in with it.
pub(super) fn warn_of_missing_key(
    section: &Section<'_>,
    method: Option<TokenEndpointAuthMethod>,
    assertion: &ClientAssertion,
) {
    let Some((method, field)) = method.zip(section.get("tokenEndpointAuthMethod")) else {
        return;
    };
    let (missing, key) = if method == TokenEndpointAuthMethod::PrivateKeyJwt {
        let absent = assertion.key.is_none() && !section.section("clientAssertion").mentions("key");
        (absent, "clientAssertion: { key: { $file: PATH } }")
    } else {
        let absent = method.needs_certificate() && !section.mentions("clientCertificate");
        let key = "clientCertificate: { cert: { $file: PATH }, key: { $file: PATH } }";
        (absent, key)
    };
    if missing {
        let message = format!("{} lacks a key, so nobody can sign in", method.name());
        field.warn(field.problem(message).with_help(format!("add `{key}`")));
    }
}

//! The compact form of a signed token, read without believing it (RFC 7515 §7.1).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::{
    claims::Claims,
    provider_text::shown,
    signing_alg::SigningAlg,
    violation::{Place, Violation},
};

/// The longest token that is read, in bytes.
pub(crate) const MAX_TOKEN: usize = 64 * 1024;

/// A signed token taken apart; nothing in it is verified yet.
#[derive(Debug)]
pub(crate) struct Jws<'a> {
    header: Map<String, Value>,
    claims: Claims,
    signing_input: &'a str,
    signature: &'a str,
}

impl<'a> Jws<'a> {
    /// Takes `token` apart.
    ///
    /// # Errors
    /// When it is too long, encrypted, or not three base64url parts of which
    /// the first two are JSON objects.
    pub(crate) fn read(token: &'a str) -> Result<Self, Violation> {
        is_not_too_long(token)?;
        is_not_encrypted(token)?;
        let (signing_input, signature) = token.rsplit_once('.').ok_or_else(not_three_parts)?;
        let (header, payload) = signing_input.split_once('.').ok_or_else(not_three_parts)?;
        if payload.contains('.') {
            return Err(not_three_parts());
        }
        decode(signature, "signature")?;
        Ok(Self {
            header: decode_object(header, "header")?,
            claims: decode_object(payload, "payload")?.into(),
            signing_input,
            signature,
        })
    }

    /// What is signed.
    pub(crate) fn signing_input(&self) -> &'a [u8] {
        self.signing_input.as_bytes()
    }

    /// The signature, base64url.
    pub(crate) fn signature(&self) -> &'a str {
        self.signature
    }

    /// Which key the signer says it used.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// What the token says; not to be believed before the signature verifies.
    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// What the token says.
    pub(crate) fn into_claims(self) -> Claims {
        self.claims
    }

    /// The token is signed with exactly the configured algorithm (Core §3.1.3.7
    /// rule 7; RFC 8725 §3.1). So `none` and the `HS*` family, which cannot be
    /// configured, never pass.
    pub(crate) fn algorithm_is(&self, expected: SigningAlg) -> Result<(), Violation> {
        let alg = self.header.get("alg").and_then(Value::as_str);
        if alg == Some(expected.as_str()) {
            return Ok(());
        }
        Err(Violation::AlgorithmNotAllowed {
            expected,
            got: shown(alg.unwrap_or_default()),
        })
    }

    /// The token needs no extension to be understood (RFC 7515 §4.1.11).
    pub(crate) fn has_no_critical_extension(&self) -> Result<(), Violation> {
        if self.header.contains_key("crit") {
            return Err(Violation::CriticalHeader);
        }
        Ok(())
    }

    /// The token is no other kind of JWT, such as `at+jwt` or `logout+jwt`,
    /// passed off as an ID token (RFC 8725 §3.11, §3.12). ID tokens have no
    /// type of their own, so only explicit other types are refused.
    pub(crate) fn is_of_no_other_kind(&self) -> Result<(), Violation> {
        let Some(typ) = self.header.get("typ") else {
            return Ok(());
        };
        let typ = typ.as_str().unwrap_or_default();
        let lower = typ.to_ascii_lowercase();
        if lower.strip_prefix("application/").unwrap_or(&lower) == "jwt" {
            return Ok(());
        }
        Err(Violation::WrongTokenKind { got: shown(typ) })
    }
}

fn is_not_too_long(token: &str) -> Result<(), Violation> {
    if token.len() > MAX_TOKEN {
        return Err(Violation::TooLong {
            at: Place::IdToken,
            name: "id_token",
            limit: MAX_TOKEN,
        });
    }
    Ok(())
}

/// Five parts are a JWE (RFC 7516 §7.1), which this client never asked for.
fn is_not_encrypted(token: &str) -> Result<(), Violation> {
    if token.bytes().filter(|byte| *byte == b'.').count() == 4 {
        return Err(Violation::EncryptedToken);
    }
    Ok(())
}

fn not_three_parts() -> Violation {
    malformed("not three parts")
}

fn malformed(detail: &str) -> Violation {
    Violation::Malformed {
        at: Place::IdToken,
        detail: detail.to_owned(),
    }
}

fn decode(part: &str, name: &str) -> Result<Vec<u8>, Violation> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| malformed(&format!("the {name} is not base64url")))
}

fn decode_object(part: &str, name: &str) -> Result<Map<String, Value>, Violation> {
    serde_json::from_slice(&decode(part, name)?)
        .map_err(|_| malformed(&format!("the {name} is not a JSON object")))
}

#[cfg(test)]
mod tests;

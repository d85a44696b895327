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
    at: Place,
    header: Map<String, Value>,
    claims: Claims,
    signing_input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes `token`, found `at` a place, apart.
    ///
    /// # Errors
    /// When it is too long, encrypted, or not three base64url parts of which
    /// the first two are JSON objects.
    pub(crate) fn read(at: Place, token: &'a str) -> Result<Self, Violation> {
        let Parts {
            header,
            payload,
            signing_input,
            signature,
        } = Parts::of(at, token)?;
        Ok(Self {
            at,
            header: decode_object(at, header, "header")?,
            claims: decode_object(at, payload, "payload")?.into(),
            signing_input,
            signature: decode(at, signature, "signature")?,
        })
    }

    /// What `token` says, which was read and verified before: the header and
    /// the signature have served.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn claims_of(at: Place, token: &str) -> Result<Claims, Violation> {
        let payload = Parts::of(at, token)?.payload;
        Ok(decode_object(at, payload, "payload")?.into())
    }

    /// Where the token was found.
    pub(crate) fn at(&self) -> Place {
        self.at
    }

    /// What is signed.
    pub(crate) fn signing_input(&self) -> &'a [u8] {
        self.signing_input.as_bytes()
    }

    /// The signature.
    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
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
            at: self.at,
            expected,
            got: shown(alg.unwrap_or_default()),
        })
    }

    /// The token needs no extension to be understood (RFC 7515 §4.1.11).
    pub(crate) fn has_no_critical_extension(&self) -> Result<(), Violation> {
        if self.header.contains_key("crit") {
            return Err(Violation::CriticalHeader { at: self.at });
        }
        Ok(())
    }

    /// The token says it is of the kind that `kind` names, or a JWT and no more,
    /// or nothing: so no JWT made for another purpose, such as `at+jwt`, is
    /// passed off as one of this (RFC 8725 §3.11, §3.12).
    pub(crate) fn kind_is(&self, kind: &'static str) -> Result<(), Violation> {
        let Some(typ) = self.header.get("typ") else {
            return Ok(());
        };
        let typ = typ.as_str().unwrap_or_default();
        let lower = typ.to_ascii_lowercase();
        let got = lower.strip_prefix("application/").unwrap_or(&lower);
        if got == "jwt" || got.eq_ignore_ascii_case(kind) {
            return Ok(());
        }
        Err(Violation::WrongTokenKind {
            at: self.at,
            expected: kind,
            got: shown(typ),
        })
    }
}

/// The three parts of a token, as they came.
struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signing_input: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn of(at: Place, token: &'a str) -> Result<Self, Violation> {
        is_not_too_long(at, token)?;
        is_not_encrypted(at, token)?;
        let not_three_parts = || malformed(at, "not three parts");
        let (signing_input, signature) = token.rsplit_once('.').ok_or_else(not_three_parts)?;
        let (header, payload) = signing_input.split_once('.').ok_or_else(not_three_parts)?;
        if payload.contains('.') {
            return Err(not_three_parts());
        }
        Ok(Self {
            header,
            payload,
            signing_input,
            signature,
        })
    }
}

fn is_not_too_long(at: Place, token: &str) -> Result<(), Violation> {
    if token.len() > MAX_TOKEN {
        return Err(Violation::TooLong {
            at,
            name: "JWT",
            limit: MAX_TOKEN,
        });
    }
    Ok(())
}

/// Five parts are a JWE (RFC 7516 §7.1), which this client never asked for.
fn is_not_encrypted(at: Place, token: &str) -> Result<(), Violation> {
    if token.bytes().filter(|byte| *byte == b'.').count() == 4 {
        return Err(Violation::EncryptedToken { at });
    }
    Ok(())
}

fn malformed(at: Place, detail: &str) -> Violation {
    Violation::Malformed {
        at,
        detail: detail.to_owned(),
    }
}

fn decode(at: Place, part: &str, name: &str) -> Result<Vec<u8>, Violation> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| malformed(at, &format!("the {name} is not base64url")))
}

fn decode_object(at: Place, part: &str, name: &str) -> Result<Map<String, Value>, Violation> {
    serde_json::from_slice(&decode(at, part, name)?)
        .map_err(|_| malformed(at, &format!("the {name} is not a JSON object")))
}

#[cfg(test)]
mod tests;

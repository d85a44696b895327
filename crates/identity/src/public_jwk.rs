//! The public half of a signing key as the world sees it (RFC 7517).

use std::{fmt, sync::Arc};

use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use crate::algorithm::{Scheme, SigningAlgorithm, UnknownAlgorithm};

/// The longest member of a JWK that is looked at: an RSA modulus of 8,192 bits
/// and to spare.
const MAX_MEMBER_LENGTH: usize = 2048;
/// The longest key id.
const MAX_KID_LENGTH: usize = 256;
/// What only private and symmetric keys have (RFC 7518 §6).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key that verifies signatures, with the JSON it was read from.
///
/// Never holds a private key: JSON with private members is refused. Keeps the
/// order of members and those it doesn't know. Cheap to clone.
#[derive(Clone)]
pub struct PublicJwk(Arc<Inner>);

struct Inner {
    json: Map<String, Value>,
    kid: String,
    algorithm: SigningAlgorithm,
    key: ParsedPublicKey,
}

/// Why JSON is no public key of ours.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JwkError {
    /// It is not a JSON object.
    #[error("the key is not a JSON object")]
    NotAnObject,
    /// A member is missing, no string, or too long.
    #[error("the key's {member:?} is missing, no text, or too long")]
    Member {
        /// Its name.
        member: &'static str,
    },
    /// It is a private key or a shared secret.
    #[error("the key has the member {member:?}: private keys must not be stored or published")]
    Private {
        /// The member that says so.
        member: &'static str,
    },
    /// It is not for signatures, or of a type or curve that its algorithm
    /// doesn't work with.
    #[error("the key's {member:?} does not fit its algorithm {algorithm}")]
    Unfit {
        /// The member that does not fit.
        member: &'static str,
        /// The key's `alg`.
        algorithm: SigningAlgorithm,
    },
    /// Its algorithm is unknown.
    #[error(transparent)]
    Algorithm(#[from] UnknownAlgorithm),
    /// Its numbers make no key.
    #[error("the key's numbers make no {algorithm} key")]
    Rejected {
        /// The key's `alg`.
        algorithm: SigningAlgorithm,
    },
}

impl PublicJwk {
    /// Checks that `json` is a public key with `kid` and `alg`.
    ///
    /// # Errors
    /// When it is not.
    pub fn from_json(json: Value) -> Result<Self, JwkError> {
        let Value::Object(json) = json else {
            return Err(JwkError::NotAnObject);
        };
        if let Some(member) = PRIVATE_MEMBERS.into_iter().find(|m| json.contains_key(*m)) {
            return Err(JwkError::Private { member });
        }
        let kid = text(&json, "kid")?.to_owned();
        if kid.is_empty() || kid.len() > MAX_KID_LENGTH || kid.contains(char::is_control) {
            return Err(JwkError::Member { member: "kid" });
        }
        let algorithm: SigningAlgorithm = text(&json, "alg")?.parse()?;
        if json.get("use").is_some_and(|usage| usage != "sig") {
            let member = "use";
            return Err(JwkError::Unfit { member, algorithm });
        }
        let key = parse_key(&json, algorithm)?;
        Ok(Self(Arc::new(Inner {
            json,
            kid,
            algorithm,
            key,
        })))
    }

    /// The same key, marked `"use":"sig"`: so Backstage publishes the keys of
    /// its static key store.
    #[must_use]
    pub fn for_signatures(&self) -> Self {
        let mut json = self.0.json.clone();
        json.insert("use".to_owned(), Value::from("sig"));
        Self(Arc::new(Inner {
            json,
            kid: self.0.kid.clone(),
            algorithm: self.0.algorithm,
            key: self.0.key.clone(),
        }))
    }

    /// The key's id, which tokens name in their header.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.0.kid
    }

    /// The only algorithm this key verifies.
    #[must_use]
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.0.algorithm
    }

    /// The JSON members.
    #[must_use]
    pub fn as_json(&self) -> &Map<String, Value> {
        &self.0.json
    }

    /// Whether `signature` is this key's for `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.key.verify_sig(message, signature).is_ok()
    }
}

fn parse_key(
    json: &Map<String, Value>,
    algorithm: SigningAlgorithm,
) -> Result<ParsedPublicKey, JwkError> {
    let fits = |member, expected: &str| {
        if text(json, member)? == expected {
            Ok(())
        } else {
            Err(JwkError::Unfit { member, algorithm })
        }
    };
    let parsed = match algorithm.scheme() {
        Scheme::Ecdsa {
            curve,
            coordinate_length,
            verify,
            ..
        } => {
            fits("kty", "EC")?;
            fits("crv", curve)?;
            // SEC 1 §2.3.3: 4, then x and y, each as long as the field.
            let mut point = vec![4];
            point.extend(bytes_of_length(json, "x", coordinate_length)?);
            point.extend(bytes_of_length(json, "y", coordinate_length)?);
            ParsedPublicKey::new(verify, point)
        }
        Scheme::Rsa { verify, .. } => {
            fits("kty", "RSA")?;
            let (n, e) = (bytes(json, "n")?, bytes(json, "e")?);
            RsaPublicKeyComponents { n, e }.to_parsed_public_key(verify)
        }
        Scheme::Ed25519 => {
            fits("kty", "OKP")?;
            fits("crv", "Ed25519")?;
            ParsedPublicKey::new(&ED25519, bytes_of_length(json, "x", 32)?)
        }
    };
    parsed.map_err(|_| JwkError::Rejected { algorithm })
}

fn text<'a>(json: &'a Map<String, Value>, member: &'static str) -> Result<&'a str, JwkError> {
    json.get(member)
        .and_then(Value::as_str)
        .filter(|text| text.len() <= MAX_MEMBER_LENGTH)
        .ok_or(JwkError::Member { member })
}

fn bytes(json: &Map<String, Value>, member: &'static str) -> Result<Vec<u8>, JwkError> {
    let text = text(json, member)?;
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| JwkError::Member { member })
}

fn bytes_of_length(
    json: &Map<String, Value>,
    member: &'static str,
    length: usize,
) -> Result<Vec<u8>, JwkError> {
    let bytes = bytes(json, member)?;
    if bytes.len() == length {
        Ok(bytes)
    } else {
        Err(JwkError::Member { member })
    }
}

impl fmt::Debug for PublicJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicJwk")
            .field("kid", &self.0.kid)
            .field("algorithm", &self.0.algorithm)
            .finish_non_exhaustive()
    }
}

impl PartialEq for PublicJwk {
    fn eq(&self, other: &Self) -> bool {
        self.0.json == other.0.json
    }
}

impl Eq for PublicJwk {}

/// As the JSON it was read from.
impl Serialize for PublicJwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.json.serialize(serializer)
    }
}

/// As [`PublicJwk::from_json`].
impl<'de> Deserialize<'de> for PublicJwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;

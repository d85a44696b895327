//! ID tokens whose signature, or whose header, is not right.
//!
//! A forgery that fails leaves the truth in place: then someone signs in, and
//! the test notices.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Forger, Jwt, Lie, keys::publish};

/// Puts what `forge` makes of the ID token in its place.
fn forged(lie: Lie, forge: impl Fn(Jwt) -> Option<String> + Send + Sync + 'static) -> Lie {
    lie.signed_id_token(move |token| {
        if let Some(forgery) = Jwt::read(token).and_then(&forge) {
            *token = forgery;
        }
    })
}

/// Signed by someone else, under the name of the provider's key.
#[must_use]
pub fn by_another(forger: Forger) -> Lie {
    forged(Lie::new(), move |jwt| forger.sign_as_it_is(jwt).ok())
}

/// Signed by someone else under a name of their own, and unknown to the provider.
#[must_use]
pub fn by_an_unpublished(forger: Forger) -> Lie {
    forged(Lie::new(), move |jwt| forger.sign("RS256", jwt).ok())
}

/// Signed with `alg` by a key that the provider does publish.
#[must_use]
pub fn by_a_published(forger: Forger, alg: &'static str) -> Lie {
    forged(publish(&forger), move |jwt| forger.sign(alg, jwt).ok())
}

/// The key that signed comes along in the header (`jwk`).
#[must_use]
pub fn by_its_own_key(forger: Forger) -> Lie {
    forged(Lie::new(), move |jwt| {
        let jwk = forger.jwk();
        forger.sign("RS256", jwt.with_header("jwk", jwk)).ok()
    })
}

/// The header says where to fetch the key that signed (`jku`, `x5u`).
#[must_use]
pub fn by_a_key_from(forger: Forger, url: String) -> Lie {
    forged(Lie::new(), move |jwt| {
        let jwt = jwt.with_header("jku", url.as_str());
        forger
            .sign("RS256", jwt.with_header("x5u", url.as_str()))
            .ok()
    })
}

/// The signature is right, the claims have been changed since.
#[must_use]
pub fn of_other_claims(name: &'static str, value: Value) -> Lie {
    Lie::new().signed_id_token(move |token| {
        let Some((mut jwt, signature)) = Jwt::read(token).zip(signature_of(token)) else {
            return;
        };
        jwt.claims.insert(name.to_owned(), value.clone());
        *token = jwt.with_signature(&signature);
    })
}

/// One bit of the signature is another.
#[must_use]
pub fn with_a_bit_flipped() -> Lie {
    changed(|signature| {
        signature
            .iter_mut()
            .rev()
            .take(1)
            .for_each(|byte| *byte ^= 1)
    })
}

/// The header says that there is a signature, and there is none.
#[must_use]
pub fn left_out() -> Lie {
    changed(Vec::clear)
}

fn changed(change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Lie {
    Lie::new().signed_id_token(move |token| {
        let Some((jwt, mut signature)) = Jwt::read(token).zip(signature_of(token)) else {
            return;
        };
        change(&mut signature);
        *token = jwt.with_signature(&signature);
    })
}

/// No signature, and a header that says so: `alg` is a spelling of `none`.
#[must_use]
pub fn unsigned(none: &'static str) -> Lie {
    forged(Lie::new(), move |jwt| {
        Some(jwt.with_header("alg", none).with_signature(&[]))
    })
}

/// Signed with HMAC and a secret that others know: the client's, or the public
/// key as text.
#[must_use]
pub fn hs256(secret: Vec<u8>) -> Lie {
    forged(Lie::new(), move |jwt| Some(jwt.hs256(&secret)))
}

/// As [`hs256`], with a secret that the provider publishes among its keys.
#[must_use]
pub fn hs256_with_a_published_secret() -> Lie {
    const SECRET: &[u8] = b"a secret that everybody can read";
    let lie = Lie::new().jwks(|set| {
        let key = json!({
            "kty": "oct", "use": "sig", "alg": "HS256", "kid": Forger::KID,
            "k": URL_SAFE_NO_PAD.encode(SECRET),
        });
        super::keys::add(set, key);
    });
    forged(lie, |jwt| {
        Some(jwt.with_header("kid", Forger::KID).hs256(SECRET))
    })
}

/// ES256 with both numbers zero, which a careless verifier takes for any key's
/// (CVE-2022-21449).
#[must_use]
pub fn of_zeros(forger: &Forger) -> Lie {
    let kid = forger.kid().to_owned();
    forged(publish(forger), move |jwt| {
        let jwt = jwt.with_header("alg", "ES256").with_header("kid", &*kid);
        Some(jwt.with_signature(&[0; 64]))
    })
}

/// The key's exponent is published as one, so that the padded hash is its own
/// signature: nobody needs the private key.
#[must_use]
pub fn of_an_exponent_of_one() -> Lie {
    let lie = super::keys::each(|key| {
        key.insert("e".to_owned(), json!("AQ"));
    });
    forged(lie, |jwt| {
        Some(jwt.with_signature(&padded(jwt.signing_input().as_bytes())))
    })
}

/// RFC 8017 §9.2 for SHA-256 and 2048 bits.
fn padded(message: &[u8]) -> Vec<u8> {
    const LENGTH: usize = 256;
    const DIGEST_INFO: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let mut encoded = vec![0xff; LENGTH];
    encoded[..2].copy_from_slice(&[0, 1]);
    let digest = digest(&SHA256, message);
    let tail = [&[0], &DIGEST_INFO[..], digest.as_ref()].concat();
    encoded[LENGTH - tail.len()..].copy_from_slice(&tail);
    encoded
}

/// Signed by the provider, with `value` in the header under `name`.
#[must_use]
pub fn with_header(name: &'static str, value: impl Into<Value>) -> Lie {
    let value = value.into();
    Lie::new().id_token(move |header, _| {
        header.insert(name.to_owned(), value.clone());
    })
}

/// Signed by the provider, with nothing in the header under `name`.
#[must_use]
pub fn without_header(name: &'static str) -> Lie {
    Lie::new().id_token(move |header, _| {
        header.shift_remove(name);
    })
}

/// This text in place of the ID token.
#[must_use]
pub fn in_place_of_the_token(text: String) -> Lie {
    Lie::new().signed_id_token(move |token| text.clone_into(token))
}

/// The ID token of the flow before, every time but the first.
#[must_use]
pub fn replayed() -> Lie {
    let first = std::sync::OnceLock::new();
    Lie::new().signed_id_token(move |token| {
        first.get_or_init(|| token.clone()).clone_into(token);
    })
}

fn signature_of(token: &str) -> Option<Vec<u8>> {
    let (_, signature) = token.rsplit_once('.')?;
    URL_SAFE_NO_PAD.decode(signature).ok()
}

//! Which published keys may verify a signature, one function a rule.

use serde_json::{Map, Value};

use crate::signing_alg::SigningAlg;

/// The shortest RSA modulus accepted, in bits (RFC 7518 §3.3).
const RSA_MIN_BITS: usize = 2048;
/// The longest, which bounds the work of a verification.
const RSA_MAX_BITS: usize = 8192;

/// A published key is public: no private or symmetric part (RFC 7518 §6).
/// A provider that publishes one has lost the key.
pub(super) fn is_public(jwk: &Map<String, Value>) -> bool {
    let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    !private.iter().any(|member| jwk.contains_key(*member))
}

/// The key is for signatures: `use` is absent or `sig`, `key_ops` is absent or
/// holds `verify` (RFC 7517 §4.2, §4.3).
pub(super) fn is_for_signatures(jwk: &Map<String, Value>) -> bool {
    let by_use = jwk.get("use").is_none_or(|it| it == "sig");
    let by_operations = jwk.get("key_ops").is_none_or(|it| {
        it.as_array()
            .is_some_and(|operations| operations.iter().any(|one| one == "verify"))
    });
    by_use && by_operations
}

/// The key's own `alg`, if it has one, is the expected algorithm (RFC 7517 §4.4).
pub(super) fn is_for_algorithm(key_alg: Option<&str>, expected: SigningAlg) -> bool {
    key_alg.is_none_or(|alg| alg == expected.as_str())
}

/// An RSA modulus, without leading zeros, is long enough to be safe and short
/// enough to be cheap.
pub(super) fn rsa_modulus_fits(modulus: &[u8]) -> bool {
    let Some(first) = modulus.first() else {
        return false;
    };
    let bits = modulus.len() * 8 - first.leading_zeros() as usize;
    (RSA_MIN_BITS..=RSA_MAX_BITS).contains(&bits)
}

/// An RSA exponent is odd, above 1, and at most 32 bits, which bounds the work.
pub(super) fn rsa_exponent_fits(exponent: &[u8]) -> bool {
    let odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
    odd && exponent.len() <= 4 && exponent != [1]
}

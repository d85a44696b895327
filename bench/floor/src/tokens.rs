//! Signatures: ours, and the provider's.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
        RsaPublicKeyComponents,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::Failure;

/// As long as what is signed for somebody with a few groups.
const MESSAGE: [u8; 400] = [b'x'; 400];

/// The key of Backstage tokens.
pub(crate) struct TokenKey(EcdsaKeyPair);

impl TokenKey {
    pub(crate) fn generate() -> Result<Self, Failure> {
        Ok(Self(EcdsaKeyPair::generate(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
        )?))
    }

    /// The user token, and the identity proof in it.
    pub(crate) fn sign_two(&self) -> Result<(), Failure> {
        for _ in 0..2 {
            let signature = self.0.sign(&SystemRandom::new(), &MESSAGE)?;
            std::hint::black_box(signature);
        }
        Ok(())
    }
}

/// The provider's key of ID tokens.
pub(crate) struct IdTokenKey(ParsedPublicKey);

impl IdTokenKey {
    /// The first of a JWK set.
    pub(crate) fn of(keys: &Value) -> Result<Self, Failure> {
        let key = &keys["keys"][0];
        let number = |name: &str| {
            let text = key[name].as_str().ok_or("no RSA key")?;
            Ok::<_, Failure>(URL_SAFE_NO_PAD.decode(text)?)
        };
        let key = RsaPublicKeyComponents {
            n: number("n")?,
            e: number("e")?,
        };
        Ok(Self(key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)?))
    }

    pub(crate) fn verify(&self, token: &str) -> Result<(), Failure> {
        let (message, signature) = token.rsplit_once('.').ok_or("no JWT")?;
        let signature = URL_SAFE_NO_PAD.decode(signature)?;
        Ok(self.0.verify_sig(message.as_bytes(), &signature)?)
    }
}

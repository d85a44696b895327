//! Signing keys of the provider, made without the library under test.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING,
        ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
        RSA_PSS_SHA512, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
    },
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use stagedoor_oidc::SigningAlg;

/// RSA keys take long to make: two are enough for all tests.
static RSA: LazyLock<[RsaKeyPair; 2]> =
    LazyLock::new(|| [(); 2].map(|()| RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));

/// A key that signs with one algorithm.
pub(crate) struct TestKey {
    pub(crate) kid: Option<String>,
    pub(crate) alg: SigningAlg,
    pair: Pair,
}

enum Pair {
    Rsa(&'static RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl TestKey {
    /// A key for `alg` under `kid`. RSA ones are the same key each time.
    pub(crate) fn new(alg: SigningAlg, kid: &str) -> Self {
        Self::with_rsa(alg, kid, 0)
    }

    /// As [`Self::new`], but RSA ones are another key.
    pub(crate) fn other(alg: SigningAlg, kid: &str) -> Self {
        Self::with_rsa(alg, kid, 1)
    }

    fn with_rsa(alg: SigningAlg, kid: &str, index: usize) -> Self {
        let rsa = |encoding| Pair::Rsa(&RSA[index], encoding);
        let pair = match alg {
            SigningAlg::RS256 => rsa(&RSA_PKCS1_SHA256),
            SigningAlg::RS384 => rsa(&RSA_PKCS1_SHA384),
            SigningAlg::RS512 => rsa(&RSA_PKCS1_SHA512),
            SigningAlg::PS256 => rsa(&RSA_PSS_SHA256),
            SigningAlg::PS384 => rsa(&RSA_PSS_SHA384),
            SigningAlg::PS512 => rsa(&RSA_PSS_SHA512),
            SigningAlg::ES256 => Pair::Ec(elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING)),
            SigningAlg::ES384 => Pair::Ec(elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING)),
            SigningAlg::ES512 => Pair::Ec(elliptic(&ECDSA_P521_SHA512_FIXED_SIGNING)),
            SigningAlg::EdDSA => Pair::Ed(Ed25519KeyPair::generate().unwrap()),
        };
        let kid = Some(kid.to_owned());
        Self { kid, alg, pair }
    }

    /// The public half.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair, _) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({"kty": "RSA", "n": b64(&public.n), "e": b64(&public.e)})
            }
            Pair::Ec(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let crv = match x.len() {
                    32 => "P-256",
                    48 => "P-384",
                    _ => "P-521",
                };
                json!({"kty": "EC", "crv": crv, "x": b64(x), "y": b64(y)})
            }
            Pair::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key().as_ref())})
            }
        };
        jwk["use"] = json!("sig");
        if let Some(kid) = &self.kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }

    /// A compact JWS; `header` goes in as it is.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let input = format!(
            "{}.{}",
            b64(header.to_string().as_bytes()),
            b64(claims.to_string().as_bytes())
        );
        let signature = self.signature(input.as_bytes());
        format!("{input}.{}", b64(&signature))
    }

    /// The private key in PEM, PKCS#8.
    pub(crate) fn pem(&self) -> String {
        let der = match &self.pair {
            Pair::Rsa(pair, _) => AsDer::<Pkcs8V1Der<'_>>::as_der(*pair)
                .unwrap()
                .as_ref()
                .to_vec(),
            Pair::Ec(pair) => pair.to_pkcs8v1().unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.to_pkcs8v1().unwrap().as_ref().to_vec(),
        };
        let body = STANDARD.encode(der);
        format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
    }

    /// The header and the claims of a compact JWS that this key signed.
    pub(crate) fn opened(&self, token: &str) -> (Value, Value) {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        let (message, signature) = (input.as_bytes(), decode(signature));
        match &self.pair {
            Pair::Rsa(pair, _) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                let verification = match self.alg {
                    SigningAlg::RS256 => &RSA_PKCS1_2048_8192_SHA256,
                    SigningAlg::PS256 => &RSA_PSS_2048_8192_SHA256,
                    SigningAlg::PS512 => &RSA_PSS_2048_8192_SHA512,
                    other => unimplemented!("{other}"),
                };
                public.verify(verification, message, &signature).unwrap();
            }
            Pair::Ec(pair) => {
                let verification = match self.alg {
                    SigningAlg::ES256 => &ECDSA_P256_SHA256_FIXED,
                    SigningAlg::ES384 => &ECDSA_P384_SHA384_FIXED,
                    _ => &ECDSA_P521_SHA512_FIXED,
                };
                UnparsedPublicKey::new(verification, pair.public_key().as_ref())
                    .verify(message, &signature)
                    .unwrap();
            }
            Pair::Ed(pair) => UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref())
                .verify(message, &signature)
                .unwrap(),
        }
        let (header, claims) = input.split_once('.').unwrap();
        let json = |part: &str| serde_json::from_slice(&decode(part)).unwrap();
        (json(header), json(claims))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Pair::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

fn elliptic(alg: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    EcdsaKeyPair::generate(alg).unwrap()
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING,
    },
};
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

fn read(pem: &str) -> Result<ClientKey, ClientKeyError> {
    ClientKey::from_pem(pem, None)
}

#[test]
fn every_kind_of_key_signs_with_its_algorithms_only() {
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let rsa = AsDer::<Pkcs8V1Der<'_>>::as_der(&rsa).unwrap();
    let ec = |alg| {
        let pair = EcdsaKeyPair::generate(alg).unwrap();
        pair.to_pkcs8v1().unwrap().as_ref().to_vec()
    };
    let ed = Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap();
    let p256 = ec(&ECDSA_P256_SHA256_FIXED_SIGNING);
    let p384 = ec(&ECDSA_P384_SHA384_FIXED_SIGNING);
    let p521 = ec(&ECDSA_P521_SHA512_FIXED_SIGNING);
    for (der, usual, algs) in [
        (rsa.as_ref(), SigningAlg::RS256, 6),
        (&p256, SigningAlg::ES256, 1),
        (&p384, SigningAlg::ES384, 1),
        (&p521, SigningAlg::ES512, 1),
        (ed.as_ref(), SigningAlg::EdDSA, 1),
    ] {
        let key = read(&pem("PRIVATE KEY", der)).unwrap();
        assert_eq!(key.usual_alg(), usual);
        let signs = |alg: &SigningAlg| key.signs_with(*alg);
        assert_eq!(SigningAlg::ALL.iter().filter(|it| signs(it)).count(), algs);
        for alg in SigningAlg::ALL {
            assert_eq!(key.sign(alg, b"m").is_some(), signs(&alg), "{usual} {alg}");
        }
    }
}

#[test]
fn what_holds_no_private_key_is_told_apart() {
    let encrypted = pem("ENCRYPTED PRIVATE KEY", b"x");
    assert_eq!(read(&encrypted).unwrap_err(), ClientKeyError::Encrypted);
    for none in [
        "",
        "junk",
        &pem("CERTIFICATE", b"x"),
        &pem("PUBLIC KEY", b"x"),
    ] {
        assert_eq!(read(none).unwrap_err(), ClientKeyError::NotFound);
    }
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
        let damaged = pem(label, b"not a key");
        assert_eq!(read(&damaged).unwrap_err(), ClientKeyError::Unsupported);
    }
}

#[test]
fn debug_hides_the_key() {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let der = pair.to_pkcs8v1().unwrap();
    let key = ClientKey::from_pem(&pem("PRIVATE KEY", der.as_ref()), Some("k1".into())).unwrap();
    assert_eq!(
        format!("{key:?}"),
        r#"ClientKey { key_id: Some("k1"), alg: ES256, .. }"#
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(
        label in "(RSA |EC |ENCRYPTED )?PRIVATE KEY",
        der in prop::collection::vec(any::<u8>(), 0..80),
        text in ".{0,80}",
    ) {
        prop_assert!(read(&pem(&label, &der)).is_err());
        prop_assert!(read(&text).is_err());
    }
}

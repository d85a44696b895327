//! A user token issued, and verified.
#![allow(clippy::unwrap_used, reason = "what fails here stops the benchmark")]

use divan::{Bencher, black_box};
use jiff::{SignedDuration, Timestamp};
use serde_json::Map;
use stagedoor_ambient::SystemEntropy;
use stagedoor_identity::{
    EntityRef, KeySet, SigningAlgorithm, SigningKey, UserClaims, UserTokenIssuer, UserTokenVerifier,
};

const ISSUER: &str = "https://backstage.example.com/api/auth";
const GROUPS: usize = 10;

fn main() {
    divan::main();
}

fn key() -> SigningKey {
    SigningKey::generate(SigningAlgorithm::Es256, &SystemEntropy::default()).unwrap()
}

fn issuer() -> UserTokenIssuer {
    UserTokenIssuer {
        issuer: ISSUER.to_owned(),
        lifetime: SignedDuration::from_hours(1),
        omit_ownership_claim: false,
    }
}

fn claims() -> UserClaims {
    let jane = EntityRef::parse("user:default/jane").unwrap();
    let groups = (0..GROUPS).map(|n| EntityRef::parse(&format!("group:default/g{n}")).unwrap());
    UserClaims {
        ent: std::iter::once(jane.clone()).chain(groups).collect(),
        sub: jane,
        extra: Map::new(),
    }
}

/// Two signatures: the token's, and the identity proof in it.
#[divan::bench]
fn issue(bencher: Bencher<'_, '_>) {
    let (key, issuer, claims) = (key(), issuer(), claims());
    let now = Timestamp::now();
    bencher.bench(|| issuer.issue(&key, black_box(&claims), now).unwrap());
}

#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let (key, now) = (key(), Timestamp::now());
    let keys = KeySet::new([key.public_jwk()]);
    let issued = issuer().issue(&key, &claims(), now).unwrap();
    let token = issued.token.expose();
    bencher.bench(|| UserTokenVerifier::verify(black_box(token), &keys, ISSUER, now).unwrap());
}

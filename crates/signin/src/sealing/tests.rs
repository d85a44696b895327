use proptest::prelude::*;
use stagedoor_ambient::SystemEntropy;

use super::*;

fn keychain(secrets: &[&str]) -> Keychain {
    let secrets: Vec<_> = secrets.iter().map(|s| SecretString::from(*s)).collect();
    Keychain::from_secrets(&secrets).unwrap()
}

fn seal(keychain: &Keychain) -> Vec<u8> {
    let entropy = SystemEntropy::default();
    keychain
        .seal(Purpose::FlowState, b"here", b"content", &entropy)
        .unwrap()
}

#[test]
fn what_was_sealed_opens_for_the_same_purpose_and_place_only() {
    let keychain = keychain(&["a"]);
    let sealed = seal(&keychain);
    let opened = keychain.open(Purpose::FlowState, b"here", &sealed).unwrap();
    assert_eq!(opened.as_slice(), b"content");
    assert!(
        keychain
            .open(Purpose::FlowCookie, b"here", &sealed)
            .is_err()
    );
    assert!(
        keychain
            .open(Purpose::FlowState, b"there", &sealed)
            .is_err()
    );
}

#[test]
fn every_changed_byte_is_noticed() {
    let keychain = keychain(&["a"]);
    let sealed = seal(&keychain);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(
            keychain
                .open(Purpose::FlowState, b"here", &changed)
                .is_err(),
            "byte {at}"
        );
    }
}

#[test]
fn an_older_secret_still_opens_and_a_removed_one_does_not() {
    let sealed = seal(&keychain(&["old"]));
    assert!(
        keychain(&["new", "old"])
            .open(Purpose::FlowState, b"here", &sealed)
            .is_ok()
    );
    assert!(
        keychain(&["new"])
            .open(Purpose::FlowState, b"here", &sealed)
            .is_err()
    );
}

#[test]
fn what_the_first_secret_sealed_is_known_without_opening_it() {
    let sealed = seal(&keychain(&["old"]));
    assert!(keychain(&["old", "new"]).is_newest(&sealed));
    assert!(!keychain(&["new", "old"]).is_newest(&sealed));
    assert!(!keychain(&["new"]).is_newest(b""));
}

#[test]
fn the_name_of_a_taken_over_session_depends_on_cookie_context_and_secret() {
    let names = |secrets: &[&str], context, token| -> Vec<_> {
        keychain(secrets).names_for(context, token).collect()
    };
    let name = names(&["a"], "p/e", "t");
    assert_eq!(names(&["a"], "p/e", "t"), name);
    assert_ne!(names(&["a"], "p/f", "t"), name);
    assert_ne!(names(&["a"], "p/e", "u"), name);
    assert_ne!(names(&["b"], "p/e", "t"), name);
    assert_eq!(names(&["b", "a"], "p/e", "t")[1], name[0]);
}

#[test]
fn no_secret_no_keychain() {
    assert_eq!(
        Keychain::from_secrets(&[]).unwrap_err(),
        KeychainError::NoSecret
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_open(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let keychain = keychain(&["a"]);
        prop_assert!(keychain.open(Purpose::SessionTokens, b"", &bytes).is_err());
    }
}

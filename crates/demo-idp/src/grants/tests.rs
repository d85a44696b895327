use super::*;

const REDIRECT: &str = "http://localhost/cb";

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

fn print(text: &str) -> Fingerprint {
    Fingerprint::of(text)
}

fn terms(sid: &str) -> CodeTerms {
    CodeTerms {
        grant: Grant {
            client_id: "client".to_owned(),
            subject: "ada".to_owned(),
            scope: Scope::parse("openid").unwrap(),
            nonce: None,
            auth_time: at(0),
            sid: sid.to_owned(),
        },
        redirect_uri: REDIRECT.to_owned(),
        challenge: None,
    }
}

fn presented(code: &str) -> PresentedCode<'_> {
    PresentedCode {
        code: print(code),
        client_id: "client",
        redirect_uri: REDIRECT,
        verifier: None,
    }
}

fn granted() -> (Grants, GrantId) {
    let mut grants = Grants::default();
    grants.add_code(print("code"), terms("s1"), at(0));
    let (id, _) = grants.redeem(&presented("code"), at(1)).unwrap();
    grants
        .add_tokens(id, print("access"), at(60), Some(print("refresh")), at(1))
        .unwrap();
    (grants, id)
}

#[test]
fn a_code_that_comes_back_ends_what_it_gave() {
    let (mut grants, id) = granted();
    assert!(grants.of_access_token(print("access"), at(2)).is_some());
    let again = grants.redeem(&presented("code"), at(2));
    assert_eq!(again.err(), Some(GrantError::UsedBefore));
    assert!(grants.of_access_token(print("access"), at(2)).is_none());
    let late = grants.add_tokens(id, print("late"), at(60), None, at(2));
    assert_eq!(late, Err(GrantError::Unknown));
}

#[test]
fn a_code_comes_back_too_late_to_be_redeemed_but_not_to_revoke() {
    let (mut grants, _) = granted();
    assert_eq!(
        grants.redeem(&presented("code"), at(300)).err(),
        Some(GrantError::UsedBefore)
    );
    let refreshed =
        grants.use_refresh_token(print("refresh"), "client", RefreshPolicy::Rotating, at(300));
    assert_eq!(refreshed.err(), Some(GrantError::Unknown));
}

#[test]
fn a_failed_presentation_uses_the_code_up() {
    let mut grants = Grants::default();
    grants.add_code(print("code"), terms("s1"), at(0));
    let wrong = PresentedCode {
        redirect_uri: "http://localhost/other",
        ..presented("code")
    };
    assert_eq!(
        grants.redeem(&wrong, at(1)).err(),
        Some(GrantError::RedirectUri)
    );
    assert_eq!(
        grants.redeem(&presented("code"), at(1)).err(),
        Some(GrantError::UsedBefore)
    );
}

#[test]
fn another_client_cannot_use_a_code_up() {
    let mut grants = Grants::default();
    grants.add_code(print("code"), terms("s1"), at(0));
    let other = PresentedCode {
        client_id: "other",
        ..presented("code")
    };
    assert_eq!(
        grants.redeem(&other, at(1)).err(),
        Some(GrantError::OtherClient)
    );
    assert!(grants.redeem(&presented("code"), at(1)).is_ok());
}

#[test]
fn a_code_expires_after_a_minute() {
    let mut grants = Grants::default();
    grants.add_code(print("code"), terms("s1"), at(0));
    assert_eq!(
        grants.redeem(&presented("code"), at(60)).err(),
        Some(GrantError::Unknown)
    );
}

#[test]
fn a_verifier_without_a_challenge_is_refused() {
    let mut grants = Grants::default();
    grants.add_code(print("code"), terms("s1"), at(0));
    let stripped = PresentedCode {
        verifier: Some("v"),
        ..presented("code")
    };
    assert_eq!(
        grants.redeem(&stripped, at(1)).err(),
        Some(GrantError::CodeVerifier)
    );
}

#[test]
fn a_session_takes_its_grants_and_codes_along() {
    let (mut grants, _) = granted();
    grants.add_code(print("waiting"), terms("s1"), at(1));
    grants.add_code(print("elsewhere"), terms("s2"), at(1));
    grants.revoke_sid("s1");
    assert!(grants.of_access_token(print("access"), at(2)).is_none());
    assert_eq!(
        grants.redeem(&presented("waiting"), at(2)).err(),
        Some(GrantError::Unknown)
    );
    assert!(grants.redeem(&presented("elsewhere"), at(2)).is_ok());
}

#[test]
fn nothing_grows_without_end() {
    let mut grants = Grants::default();
    for number in 0..Grants::MAX_TOKENS + 10 {
        let name = number.to_string();
        grants.add_code(print(&name), terms("s1"), at(0));
        let (id, _) = grants.redeem(&presented(&name), at(0)).unwrap();
        let refresh = Some(print(&format!("r{name}")));
        grants
            .add_tokens(id, print(&name), at(60), refresh, at(0))
            .unwrap();
    }
    assert_eq!(grants.codes.len(), Grants::MAX_CODES);
    assert_eq!(grants.grants.len(), Grants::MAX_GRANTS);
    assert_eq!(grants.access.len(), Grants::MAX_TOKENS);
    assert_eq!(grants.refresh.len(), Grants::MAX_TOKENS);
}

//! From claims to a profile: which e-mail addresses are believed (contract §7).

use serde_json::{Value, json};
use stagedoor_identity::Profile;
use stagedoor_signin::{EmailPolicy, profile_of};

fn email(verified: Value, policy: EmailPolicy) -> Option<String> {
    let mut userinfo = json!({"sub": "1", "email": "ada@example.com"});
    if verified != json!("absent") {
        userinfo["email_verified"] = verified;
    }
    profile_of(&userinfo.try_into().unwrap(), policy).email
}

#[test]
fn only_a_verified_address_is_believed() {
    let believed = email(json!(true), EmailPolicy::VerifiedOnly);
    assert_eq!(believed.as_deref(), Some("ada@example.com"));
    for not in [
        json!(false),
        json!("absent"),
        json!(null),
        json!("true"),
        json!(1),
        json!([true]),
    ] {
        assert_eq!(email(not.clone(), EmailPolicy::VerifiedOnly), None, "{not}");
    }
}

#[test]
fn trusting_providers_that_never_say_is_not_trusting_those_that_deny() {
    let policy = EmailPolicy::TrustUnlessDenied;
    for believed in [json!(true), json!("absent")] {
        assert!(email(believed.clone(), policy).is_some(), "{believed}");
    }
    assert_eq!(email(json!(false), policy), None);
    // Some providers send text. "false" is a denial all the same, and what
    // can't be understood is not trust.
    for denied in [json!("false"), json!("no"), json!(0), json!({})] {
        assert_eq!(email(denied.clone(), policy), None, "{denied}");
    }
}

#[test]
fn name_and_picture_are_taken_as_text_and_nothing_else() {
    let claims = json!({
        "name": "Ada",
        "picture": "https://example.com/ada.png",
        "email_verified": true,
        "email": ["ada@example.com"],
    });
    assert_eq!(
        profile_of(&claims.try_into().unwrap(), EmailPolicy::default()),
        Profile {
            email: None,
            display_name: Some("Ada".to_owned()),
            picture: Some("https://example.com/ada.png".to_owned()),
        }
    );
    let nothing = profile_of(&json!({}).try_into().unwrap(), EmailPolicy::default());
    assert_eq!(nothing, Profile::default());
    assert_eq!(serde_json::to_value(nothing).unwrap(), json!({}));
}

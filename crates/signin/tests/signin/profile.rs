//! From claims to a profile: which e-mail addresses are believed (contract §7).
//! What `profile` maps is tested where it is defined.

use serde_json::{Value, json};
use stagedoor_identity::Profile;
use stagedoor_signin::{claims::ProfileClaims, profile_of};

fn profile(claims: Value) -> Profile {
    profile_of(&claims.try_into().unwrap(), &ProfileClaims::default())
}

#[test]
fn only_a_verified_address_is_in_it() {
    let email = |verified: bool| {
        let claims = json!({"sub": "1", "email": "ada@example.com", "email_verified": verified});
        profile(claims).email
    };
    assert_eq!(email(true).as_deref(), Some("ada@example.com"));
    assert_eq!(email(false), None);
    assert_eq!(profile(json!({"email": "ada@example.com"})).email, None);
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
        profile(claims),
        Profile {
            email: None,
            display_name: Some("Ada".to_owned()),
            picture: Some("https://example.com/ada.png".to_owned()),
        }
    );
    let nothing = profile(json!({}));
    assert_eq!(nothing, Profile::default());
    assert_eq!(serde_json::to_value(nothing).unwrap(), json!({}));
}

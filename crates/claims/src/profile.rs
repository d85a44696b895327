//! Which claims a profile is made of.

use serde_json::{Value, json};

use crate::ClaimPath;

/// Which claims a profile is made of, and which e-mail addresses may be
/// believed. Of several claims the first that is there counts.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileClaims {
    /// The e-mail address: `email` unless it is set.
    pub email: Vec<ClaimPath>,
    /// What says that the address is verified. Unless it is set,
    /// `email_verified`, and only what it says of `email`.
    pub email_verified: Option<Vec<ClaimPath>>,
    /// An address that nothing is said of counts as verified:
    /// `dangerouslyTrustUnverifiedEmail`.
    pub trust_unverified_email: bool,
    /// The name for people: `name` unless it is set.
    pub display_name: Vec<ClaimPath>,
    /// The URL of a picture: `picture` unless it is set.
    pub picture: Vec<ClaimPath>,
}

impl Default for ProfileClaims {
    fn default() -> Self {
        Self {
            email: vec![ClaimPath::EMAIL],
            email_verified: None,
            trust_unverified_email: false,
            display_name: vec![ClaimPath::NAME],
            picture: vec![ClaimPath::PICTURE],
        }
    }
}

/// An e-mail address in claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'c> {
    /// The address.
    pub text: &'c str,
    /// Whether the provider vouches for it, as far as it is to be believed.
    pub is_believed: bool,
}

impl ProfileClaims {
    /// The e-mail address in `claims`.
    #[must_use]
    pub fn email<'c>(&self, claims: &'c Value) -> Option<Address<'c>> {
        let (from, text) = text_at(&self.email, claims)?;
        let is_believed = match &self.email_verified {
            Some(paths) => self.is_said_by(paths, claims),
            None => self.is_said_by_email_verified(claims, from, text),
        };
        Some(Address { text, is_believed })
    }

    /// The name for people in `claims`.
    #[must_use]
    pub fn display_name<'c>(&self, claims: &'c Value) -> Option<&'c str> {
        text_at(&self.display_name, claims).map(|(_, text)| text)
    }

    /// The URL of a picture in `claims`.
    #[must_use]
    pub fn picture<'c>(&self, claims: &'c Value) -> Option<&'c str> {
        text_at(&self.picture, claims).map(|(_, text)| text)
    }

    /// A claim that was named for it may say so in any of the ways providers
    /// have.
    fn is_said_by(&self, paths: &[ClaimPath], claims: &Value) -> bool {
        let said = paths.iter().find_map(|path| path.find(claims));
        said.map_or(self.trust_unverified_email, |said| {
            [json!(true), json!("true"), json!(1), json!("1")].contains(said)
        })
    }

    /// `email_verified` speaks of `email`: another address is not verified by
    /// it, but a denial counts for any.
    fn is_said_by_email_verified(&self, claims: &Value, from: &ClaimPath, text: &str) -> bool {
        let Some(said) = claims.get(ClaimPath::EMAIL_VERIFIED.as_str()) else {
            return self.trust_unverified_email;
        };
        let of_this = *from == ClaimPath::EMAIL
            || claims
                .get(ClaimPath::EMAIL.as_str())
                .and_then(Value::as_str)
                == Some(text);
        match said {
            Value::Bool(false) => false,
            Value::Bool(true) => of_this || self.trust_unverified_email,
            // As text, some providers send it.
            said => self.trust_unverified_email && said == "true",
        }
    }
}

/// The first of `paths` at which there is a text.
fn text_at<'p, 'c>(paths: &'p [ClaimPath], claims: &'c Value) -> Option<(&'p ClaimPath, &'c str)> {
    paths.iter().find_map(|path| {
        let text = path.find(claims)?.as_str()?;
        (!text.is_empty()).then_some((path, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "ada@example.com";

    fn paths(paths: &[&str]) -> Vec<ClaimPath> {
        paths.iter().map(|path| path.parse().unwrap()).collect()
    }

    fn believed(profile: &ProfileClaims, claims: &Value) -> bool {
        profile.email(claims).unwrap().is_believed
    }

    #[test]
    fn only_a_verified_address_is_believed() {
        let profile = ProfileClaims::default();
        assert!(believed(
            &profile,
            &json!({"email": ADA, "email_verified": true})
        ));
        assert!(!believed(&profile, &json!({"email": ADA})));
        for not in [
            json!(false),
            json!(null),
            json!("true"),
            json!(1),
            json!([true]),
        ] {
            let claims = json!({"email": ADA, "email_verified": not});
            assert!(!believed(&profile, &claims), "{claims}");
        }
    }

    #[test]
    fn trusting_providers_that_never_say_is_not_trusting_those_that_deny() {
        let profile = ProfileClaims {
            trust_unverified_email: true,
            ..ProfileClaims::default()
        };
        assert!(believed(&profile, &json!({"email": ADA})));
        for said in [json!(true), json!("true")] {
            let claims = json!({"email": ADA, "email_verified": said});
            assert!(believed(&profile, &claims), "{claims}");
        }
        // What can't be understood is not trust.
        for said in [
            json!(false),
            json!("false"),
            json!("no"),
            json!(0),
            json!({}),
            json!(null),
        ] {
            let claims = json!({"email": ADA, "email_verified": said});
            assert!(!believed(&profile, &claims), "{claims}");
        }
    }

    #[test]
    fn email_verified_says_nothing_of_another_address() {
        let mut profile = ProfileClaims {
            email: paths(&["mail", "email"]),
            ..ProfileClaims::default()
        };
        let other = json!({"mail": ADA, "email": "mallory@example.com", "email_verified": true});
        assert_eq!(profile.email(&other).map(|it| it.text), Some(ADA));
        assert!(!believed(&profile, &other));
        assert!(believed(
            &profile,
            &json!({"mail": ADA, "email": ADA, "email_verified": true})
        ));
        assert!(believed(
            &profile,
            &json!({"email": ADA, "email_verified": true})
        ));
        profile.trust_unverified_email = true;
        assert!(believed(&profile, &other));
        assert!(!believed(
            &profile,
            &json!({"mail": ADA, "email_verified": false})
        ));
    }

    #[test]
    fn a_claim_that_is_named_says_so_in_its_own_way() {
        let mut profile = ProfileClaims {
            email: paths(&["mail"]),
            email_verified: Some(paths(&["xms_edov", "flags.verified"])),
            ..ProfileClaims::default()
        };
        for said in [json!(true), json!("true"), json!(1), json!("1")] {
            assert!(
                believed(&profile, &json!({"mail": ADA, "xms_edov": said})),
                "{said}"
            );
        }
        assert!(believed(
            &profile,
            &json!({"mail": ADA, "flags": {"verified": true}})
        ));
        for said in [
            json!(false),
            json!("false"),
            json!(0),
            json!("yes"),
            json!([true]),
        ] {
            let claims = json!({"mail": ADA, "xms_edov": said, "email_verified": true});
            assert!(!believed(&profile, &claims), "{said}");
        }
        let unsaid = json!({"mail": ADA, "email_verified": true});
        assert!(!believed(&profile, &unsaid));
        profile.trust_unverified_email = true;
        assert!(believed(&profile, &unsaid));
        assert!(!believed(
            &profile,
            &json!({"mail": ADA, "xms_edov": false})
        ));
    }

    #[test]
    fn the_first_text_counts() {
        let profile = ProfileClaims {
            display_name: paths(&["displayName", "person.name"]),
            picture: paths(&["photos.0"]),
            ..ProfileClaims::default()
        };
        let claims =
            json!({"displayName": "", "person": {"name": "Ada"}, "photos": ["p"], "name": "x"});
        assert_eq!(profile.display_name(&claims), Some("Ada"));
        assert_eq!(profile.picture(&claims), Some("p"));
        assert_eq!(profile.display_name(&json!({"displayName": ["Ada"]})), None);
        assert_eq!(profile.email(&json!({"email": ["a@b"]})), None);
    }
}

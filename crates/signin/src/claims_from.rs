//! Where what is known of a person comes from.

use stagedoor_oidc::Claims;

/// Where what is known of a person comes from: the `claimsFrom` of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClaimsFrom {
    /// The userinfo endpoint, as in Backstage; the ID token where the provider
    /// has none.
    #[default]
    Userinfo,
    /// The ID token; the userinfo endpoint is not asked.
    IdToken,
    /// Both; userinfo counts where both say something.
    Both,
}

impl ClaimsFrom {
    pub(crate) fn asks_userinfo(self) -> bool {
        self != Self::IdToken
    }

    /// What is known, from the ID token and from userinfo if there is any.
    #[must_use]
    pub fn known(self, userinfo: Option<Claims>, id_token: &Claims) -> Claims {
        match (self, userinfo) {
            (Self::Both, Some(userinfo)) => id_token.clone().overlaid_by(userinfo),
            (Self::Userinfo, Some(userinfo)) => userinfo,
            (Self::IdToken, _) | (_, None) => id_token.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ALL: [ClaimsFrom; 3] = [ClaimsFrom::Userinfo, ClaimsFrom::IdToken, ClaimsFrom::Both];

    fn claims(value: Value) -> Claims {
        Claims::try_from(value).unwrap()
    }

    #[test]
    fn claims_come_from_where_it_says() {
        let userinfo = claims(json!({"name": "Ada"}));
        let id_token = claims(json!({"name": "A", "groups": ["a"]}));
        let both = claims(json!({"name": "Ada", "groups": ["a"]}));
        for (from, expected) in ALL.iter().zip([&userinfo, &id_token, &both]) {
            assert_eq!(from.known(Some(userinfo.clone()), &id_token), *expected);
        }
        let asking = ALL.map(ClaimsFrom::asks_userinfo);
        assert_eq!(asking, [true, false, true]);
    }

    #[test]
    fn the_id_token_serves_where_there_is_no_userinfo() {
        let id_token = claims(json!({"name": "A"}));
        for from in ALL {
            assert_eq!(from.known(None, &id_token), id_token);
        }
    }
}

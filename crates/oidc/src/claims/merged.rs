//! Claims about one person from two places.

use serde_json::{Map, Value};

use super::Claims;

/// A value, and the claim that says whether it is verified (Core §5.1).
const VERIFIED: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

impl Claims {
    /// These claims and those of `preferred`, which count where both have one.
    ///
    /// Whether an address is verified is never taken from one place and the
    /// address itself from the other: `email_verified` in an ID token says
    /// nothing about another `email` in userinfo, nor the other way round.
    #[must_use]
    pub fn overlaid_by(self, preferred: Self) -> Self {
        let (mut below, mut above) = (self.into_object(), preferred.into_object());
        for (value, verified) in VERIFIED {
            match above.get(value) {
                // A denial without an address can only be meant for ours.
                None if above.get(verified) == Some(&Value::Bool(false)) => {}
                None => drop(above.remove(verified)),
                Some(of_above) if below.get(value) == Some(of_above) => {}
                Some(_) => drop(below.remove(verified)),
            }
        }
        below.extend(above);
        below.into()
    }

    fn into_object(self) -> Map<String, Value> {
        match self.0 {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(below: Value, above: Value) -> Value {
        let claims = |value| Claims::try_from(value).unwrap();
        claims(below).overlaid_by(claims(above)).into_value()
    }

    #[test]
    fn the_preferred_claims_count_where_both_have_one() {
        assert_eq!(
            merged(
                json!({"sub": "ann", "name": "A", "groups": ["x"]}),
                json!({"sub": "ann", "name": "Ann", "picture": "p"})
            ),
            json!({"sub": "ann", "name": "Ann", "groups": ["x"], "picture": "p"})
        );
    }

    #[test]
    fn a_verification_does_not_move_to_another_address() {
        for (value, verified) in VERIFIED {
            let address = |address: &str| json!({ value: address });
            let proven = |address: &str| json!({value: address, verified: true});
            assert_eq!(merged(proven("a"), address("b")), address("b"));
            assert_eq!(merged(address("a"), json!({verified: true})), address("a"));
            assert_eq!(merged(address("a"), proven("b")), proven("b"));
            assert_eq!(merged(proven("a"), json!({})), proven("a"));
        }
    }

    #[test]
    fn a_verification_of_the_very_address_counts() {
        let proven = json!({"email": "a", "email_verified": true});
        assert_eq!(merged(proven.clone(), json!({"email": "a"})), proven);
        let denied = json!({"email": "a", "email_verified": false});
        assert_eq!(merged(proven.clone(), denied.clone()), denied);
        assert_eq!(merged(proven, json!({"email_verified": false})), denied);
    }
}

//! How and when a person must have proved who they are to the provider.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    claims::Claims,
    jwt::claim::{optional_text, required_seconds},
    provider_text::shown,
    violation::{Place, Violation},
};

const AT: Place = Place::IdToken;

/// What a sign-in demanded of the provider and the ID token must confirm; kept
/// with the flow, since settings may change while it is under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequiredAuthentication {
    /// The person authenticated at most so many seconds ago (Core §3.1.2.1, `max_age`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// They did so in one of these ways (Core §5.5.1.1, `acr`); any if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acr: Vec<String>,
}

impl RequiredAuthentication {
    /// Whether nothing is demanded.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Core §3.1.3.7 rule 13: if `max_age` was asked for, `auth_time` is there and
/// not longer ago than that.
pub(crate) fn is_recent(
    claims: &Claims,
    required: &RequiredAuthentication,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), Violation> {
    let Some(max_age) = required.max_age else {
        return Ok(());
    };
    let auth_time = required_seconds(AT, claims, "auth_time")?;
    let now = now.as_second();
    let latest = auth_time
        .saturating_add_unsigned(max_age)
        .saturating_add(tolerance.as_secs());
    if now <= latest {
        return Ok(());
    }
    Err(Violation::AuthenticationTooOld {
        auth_time,
        max_age,
        now,
    })
}

/// Core §3.1.3.7 rule 12, §5.5.1.1: if `acr` was essential, it is one of those
/// asked for.
pub(crate) fn is_of_a_required_class(
    claims: &Claims,
    required: &RequiredAuthentication,
) -> Result<(), Violation> {
    if required.acr.is_empty() {
        return Ok(());
    }
    let got = optional_text(AT, claims, "acr")?;
    if got.is_some_and(|got| required.acr.iter().any(|acr| acr == got)) {
        return Ok(());
    }
    Err(Violation::AcrMismatch {
        expected: shown(&required.acr.join(" ")),
        got: got.map(shown),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn claims(value: Value) -> Claims {
        Claims::try_from(value).unwrap()
    }

    fn code(outcome: Result<(), Violation>) -> &'static str {
        outcome.err().map_or("ok", |violation| violation.code())
    }

    #[test]
    fn the_time_of_authentication_is_required_and_bounded() {
        let check = |max_age, value: Value| {
            let required = RequiredAuthentication {
                max_age,
                ..Default::default()
            };
            let now = Timestamp::from_second(NOW).unwrap();
            let tolerance = SignedDuration::from_secs(30);
            code(is_recent(&claims(value), &required, now, tolerance))
        };
        assert_eq!(check(Some(60), json!({"auth_time": NOW - 90})), "ok");
        let old = "id_token_authentication_too_old";
        assert_eq!(check(Some(60), json!({"auth_time": NOW - 91})), old);
        assert_eq!(check(Some(0), json!({"auth_time": NOW - 31})), old);
        assert_eq!(check(Some(0), json!({"auth_time": i64::MIN})), old);
        assert_eq!(check(Some(u64::MAX), json!({"auth_time": 0})), "ok");
        assert_eq!(check(Some(60), json!({})), "id_token_claim_missing");
        let text = json!({"auth_time": NOW.to_string()});
        assert_eq!(check(Some(60), text), "id_token_claim_malformed");
        assert_eq!(check(None, json!({})), "ok");
    }

    #[test]
    fn an_essential_class_is_one_of_those_asked_for() {
        let check = |acr: &[&str], value: Value| {
            let required = RequiredAuthentication {
                acr: acr.iter().copied().map(str::to_owned).collect(),
                ..Default::default()
            };
            code(is_of_a_required_class(&claims(value), &required))
        };
        assert_eq!(check(&["mfa", "phr"], json!({"acr": "phr"})), "ok");
        let mismatch = "id_token_acr_mismatch";
        assert_eq!(check(&["mfa", "phr"], json!({"acr": "pwd"})), mismatch);
        assert_eq!(check(&["mfa"], json!({"acr": "mfa phr"})), mismatch);
        assert_eq!(check(&["mfa"], json!({})), mismatch);
        assert_eq!(
            check(&["mfa"], json!({"acr": 1})),
            "id_token_claim_malformed"
        );
        assert_eq!(check(&[], json!({})), "ok");
    }

    #[test]
    fn flows_of_an_earlier_version_demand_nothing() {
        let read: RequiredAuthentication = serde_json::from_str("{}").unwrap();
        assert!(read.is_none());
        assert_eq!(serde_json::to_string(&read).unwrap(), "{}");
    }
}

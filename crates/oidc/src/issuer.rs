//! Who may issue tokens: one issuer, or the tenants of one provider.

use crate::{
    claims::Claims,
    jwt::claim::required_text,
    provider_text::shown,
    violation::{Place, Violation},
};

/// What stands for the tenant in the issuer of a provider for many.
const TENANT: &str = "{tenantid}";
/// The claim that names it in a token.
const TENANT_CLAIM: &str = "tid";
/// The longest tenant, in bytes.
const MAX_TENANT: usize = 64;

/// Who may issue tokens.
///
/// Microsoft Entra ID's `common` and `organizations` speak for all tenants at
/// once: their metadata names a template for an issuer, and each token comes
/// from the issuer of its own tenant (the claim `tid`). Such a template counts
/// only if the operator set it ([`ClientSettings::issuer`]): a provider cannot
/// widen the circle of issuers by itself.
///
/// [`ClientSettings::issuer`]: crate::ClientSettings::issuer
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExpectedIssuer<'a> {
    /// This one, to the letter.
    Exactly(&'a str),
    /// That of any tenant: the template before and after the tenant.
    AnyTenant {
        template: &'a str,
        before: &'a str,
        after: &'a str,
    },
}

impl<'a> ExpectedIssuer<'a> {
    /// The issuer that was `chosen` by the operator, or else `discovered`.
    pub(crate) fn new(chosen: Option<&'a str>, discovered: &'a str) -> Self {
        match chosen.and_then(|template| Some((template, template.split_once(TENANT)?))) {
            Some((template, (before, after))) => Self::AnyTenant {
                template,
                before,
                after,
            },
            None => Self::Exactly(discovered),
        }
    }

    /// Core §3.1.3.7 rule 2: `iss` is the issuer; of the token's own tenant, if
    /// there are many.
    pub(crate) fn is_of(&self, at: Place, claims: &Claims) -> Result<(), Violation> {
        let got = required_text(at, claims, "iss")?;
        let is_the_one = match self {
            Self::Exactly(issuer) => got == *issuer,
            Self::AnyTenant { .. } => {
                let tenant = required_text(at, claims, TENANT_CLAIM)?;
                is_well_formed(tenant) && self.tenant_of(got) == Some(tenant)
            }
        };
        self.unless(is_the_one, at, got)
    }

    /// RFC 9207 §2.4: the `iss` of an authorization response is the issuer. Its
    /// tenant is known only from the tokens.
    pub(crate) fn is_named(&self, at: Place, got: &str) -> Result<(), Violation> {
        let is_the_one = match self {
            Self::Exactly(issuer) => got == *issuer,
            Self::AnyTenant { template, .. } => {
                got == *template || self.tenant_of(got).is_some_and(is_well_formed)
            }
        };
        self.unless(is_the_one, at, got)
    }

    /// Whether a key that its set says is for the tokens of `key_issuer` may
    /// have signed one of `token_issuer`: Microsoft Entra ID has keys of single
    /// tenants beside those of all.
    pub(crate) fn has_key_of(&self, key_issuer: Option<&str>, token_issuer: Option<&str>) -> bool {
        match self {
            Self::Exactly(_) => true,
            Self::AnyTenant { template, .. } => {
                key_issuer.is_none_or(|issuer| issuer == *template || Some(issuer) == token_issuer)
            }
        }
    }

    fn tenant_of<'i>(&self, issuer: &'i str) -> Option<&'i str> {
        match self {
            Self::Exactly(_) => None,
            Self::AnyTenant { before, after, .. } => {
                issuer.strip_prefix(before)?.strip_suffix(after)
            }
        }
    }

    fn unless(&self, is_the_one: bool, at: Place, got: &str) -> Result<(), Violation> {
        if is_the_one {
            return Ok(());
        }
        let (Self::Exactly(expected)
        | Self::AnyTenant {
            template: expected, ..
        }) = self;
        Err(Violation::IssuerMismatch {
            at,
            expected: shown(expected),
            got: shown(got),
        })
    }
}

/// A tenant is a plain word, so that nothing but the tenant can differ between
/// two issuers of one template.
fn is_well_formed(tenant: &str) -> bool {
    (1..=MAX_TENANT).contains(&tenant.len())
        && tenant
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const TEMPLATE: &str = "https://id.example/{tenantid}/v2.0";
    const AT: Place = Place::IdToken;

    fn code(issuer: &ExpectedIssuer<'_>, claims: Value) -> &'static str {
        let claims = Claims::try_from(claims).unwrap();
        let outcome = issuer.is_of(AT, &claims);
        outcome.err().map_or("ok", |violation| violation.code())
    }

    #[test]
    fn one_issuer_is_compared_to_the_letter() {
        for chosen in [None, Some("https://id")] {
            let issuer = ExpectedIssuer::new(chosen, "https://id");
            assert_eq!(code(&issuer, json!({"iss": "https://id"})), "ok");
            for other in ["https://id/", "HTTPS://id", "https://id2", ""] {
                let got = code(&issuer, json!({ "iss": other }));
                assert_eq!(got, "id_token_issuer_mismatch");
            }
            let list = json!({"iss": ["https://id"]});
            assert_eq!(code(&issuer, list), "id_token_claim_malformed");
            assert_eq!(code(&issuer, json!({})), "id_token_claim_missing");
        }
    }

    #[test]
    fn a_template_counts_only_if_it_was_chosen() {
        let issuer = ExpectedIssuer::new(None, TEMPLATE);
        assert_eq!(issuer, ExpectedIssuer::Exactly(TEMPLATE));
    }

    #[test]
    fn a_tenants_issuer_is_that_of_the_tokens_tenant() {
        let issuer = ExpectedIssuer::new(Some(TEMPLATE), TEMPLATE);
        let check = |iss: &str, tid: Value| code(&issuer, json!({"iss": iss, "tid": tid}));
        assert_eq!(check("https://id.example/t-1/v2.0", json!("t-1")), "ok");
        let mismatch = "id_token_issuer_mismatch";
        for (iss, tid) in [
            ("https://id.example/t-1/v2.0", "t-2"),
            ("https://id.example/T-1/v2.0", "t-1"),
            ("https://id.example/t-1/v2.0/", "t-1"),
            ("https://evil.example/t-1/v2.0", "t-1"),
            ("https://id.example/{tenantid}/v2.0", "{tenantid}"),
            ("https://id.example/a/b/v2.0", "a/b"),
            ("https://id.example//v2.0", ""),
            ("https://id.example/v2.0", "t-1"),
        ] {
            assert_eq!(check(iss, json!(tid)), mismatch, "{iss}");
        }
        let good = "https://id.example/t-1/v2.0";
        assert_eq!(check(good, json!(null)), "id_token_claim_malformed");
        assert_eq!(
            code(&issuer, json!({"iss": good})),
            "id_token_claim_missing"
        );
    }

    #[test]
    fn a_response_may_name_the_template_or_any_tenant() {
        let issuer = ExpectedIssuer::new(Some(TEMPLATE), TEMPLATE);
        for named in [TEMPLATE, "https://id.example/t-1/v2.0"] {
            assert_eq!(issuer.is_named(Place::Callback, named), Ok(()));
        }
        for other in [
            "https://evil.example/t-1/v2.0",
            "https://id.example/a/b/v2.0",
        ] {
            assert!(issuer.is_named(Place::Callback, other).is_err());
        }
    }

    #[test]
    fn a_tenants_own_key_signs_for_that_tenant_only() {
        let issuer = ExpectedIssuer::new(Some(TEMPLATE), TEMPLATE);
        let (one, two) = ("https://id.example/1/v2.0", "https://id.example/2/v2.0");
        assert!(issuer.has_key_of(None, Some(one)));
        assert!(issuer.has_key_of(Some(TEMPLATE), Some(one)));
        assert!(issuer.has_key_of(Some(one), Some(one)));
        assert!(!issuer.has_key_of(Some(two), Some(one)));
        assert!(!issuer.has_key_of(Some(two), None));
        assert!(ExpectedIssuer::Exactly(one).has_key_of(Some(two), Some(one)));
    }

    proptest! {
        #[test]
        fn two_issuers_of_a_template_differ_in_the_tenant_only(tid in ".{0,20}", iss in ".{0,40}") {
            let issuer = ExpectedIssuer::new(Some(TEMPLATE), TEMPLATE);
            let outcome = code(&issuer, json!({"iss": iss, "tid": tid}));
            prop_assert_ne!(outcome, "ok");
            let iss = format!("https://id.example/{tid}/v2.0");
            let outcome = code(&issuer, json!({"iss": iss, "tid": tid}));
            prop_assert_eq!(outcome == "ok", is_well_formed(&tid));
        }
    }
}

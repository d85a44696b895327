//! Who is let in, before it is asked who they are: at every sign-in and every
//! refresh, with and without a resolver.

use std::sync::Arc;

use serde_json::{Value, json};
use stagedoor_identity::{EntityRef, UserClaims};
use stagedoor_signin::{
    Admission, ErrorName, SignInError,
    claims::{GroupClaim, Requirement, Test},
    resolver::{built_in::AllowedDomains, sign_in_resolver},
};

use crate::support::{Browser, House, Plan, cause};

fn contains(claim: &str, value: &str) -> Requirement {
    Requirement {
        claim: claim.parse().unwrap(),
        test: Test::Contains(vec![json!(value)]),
    }
}

fn staff_only() -> Admission {
    Admission {
        require_claims: vec![contains("groups", "staff")],
        ..Admission::default()
    }
}

fn of_domain(domain: &str) -> Admission {
    Admission {
        allowed_domains: AllowedDomains::new(Some(vec![domain.to_owned()])),
        ..Admission::default()
    }
}

fn says(house: &House, name: &str, value: Value) {
    house.provider.now(|it| it.userinfo[name] = value);
}

fn is_refusal(error: &SignInError, code: &str) {
    assert_eq!(error.name(), ErrorName::NotAllowedError, "{error}");
    assert_eq!(error.code(), code);
    assert!(error.asks_for_another_account() && !error.ends_session());
}

#[tokio::test]
async fn who_does_not_meet_a_requirement_gets_no_session() {
    let house = House::with(Plan {
        admission: staff_only(),
        ..Plan::default()
    })
    .await;
    let mut browser = Browser::default();
    let refused = browser.sign_in(&house.sign_in).await.unwrap_err();
    is_refusal(&refused, "claim_required");
    assert_eq!(browser.session, None);
    says(&house, "groups", json!(["staff"]));
    browser.sign_in(&house.sign_in).await.unwrap();
}

#[tokio::test]
async fn the_log_names_what_is_not_met_and_no_value() {
    let house = House::with(Plan {
        admission: Admission {
            require_claims: vec![contains("sub", "x"), contains("groups", "staff")],
            ..of_domain("example.org")
        },
        ..Plan::default()
    })
    .await;
    says(&house, "groups", json!(["secret-group"]));
    let mut browser = Browser::default();
    let refused = browser.sign_in(&house.sign_in).await.unwrap_err();
    let detail = refused.detail();
    assert!(
        detail.ends_with(
            "not met: signIn.requireClaims[0] (sub contains), signIn.requireClaims[1] (groups contains), signIn.allowedDomains"
        ),
        "{detail}"
    );
    let told = refused.to_string();
    for secret in ["secret-group", "ada", "staff", "example.org"] {
        assert!(
            !detail.contains(secret) && !told.contains(secret),
            "{secret}"
        );
    }
    assert!(!told.contains("groups"), "{told}");
}

#[tokio::test]
async fn whoever_loses_a_group_is_out_at_the_next_refresh_and_back_with_it() {
    let house = House::with(Plan {
        admission: staff_only(),
        ..Plan::default()
    })
    .await;
    says(&house, "groups", json!(["staff"]));
    let mut browser = Browser::signed_in(&house).await;
    browser.refresh(&house.sign_in).await.unwrap();
    // Gone altogether: what was known before does not count.
    says(&house, "groups", Value::Null);
    let refused = cause(browser.try_refresh(&house.sign_in).await);
    is_refusal(&refused, "claim_required");
    says(&house, "groups", json!(["staff"]));
    browser.refresh(&house.sign_in).await.unwrap();
}

#[tokio::test]
async fn a_changed_configuration_counts_at_the_next_refresh() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    let stricter = Plan {
        admission: staff_only(),
        ..Plan::default()
    };
    house.sign_in.replace(house.live(&stricter));
    is_refusal(
        &cause(browser.try_refresh(&house.sign_in).await),
        "claim_required",
    );
    house.sign_in.replace(house.live(&Plan::default()));
    browser.refresh(&house.sign_in).await.unwrap();
}

#[tokio::test]
async fn a_provider_without_a_resolver_lets_nobody_in_either() {
    let house = House::with(Plan {
        admission: staff_only(),
        resolver: None,
        ..Plan::default()
    })
    .await;
    let mut browser = Browser::default();
    let refused = browser.sign_in(&house.sign_in).await.unwrap_err();
    is_refusal(&refused, "claim_required");
    assert_eq!(browser.session, None);
    says(&house, "groups", json!("staff"));
    let signed_in = browser.sign_in(&house.sign_in).await.unwrap();
    assert!(signed_in.session.backstage_identity.is_none());
}

#[tokio::test]
async fn a_resolver_of_ones_own_is_not_even_asked() {
    let resolver = sign_in_resolver("never", async |_, _| panic!("it was asked"));
    let house = House::with(Plan {
        admission: staff_only(),
        resolver: Some(Arc::new(resolver)),
        ..Plan::default()
    })
    .await;
    let mut browser = Browser::default();
    let refused = browser.sign_in(&house.sign_in).await.unwrap_err();
    is_refusal(&refused, "claim_required");
}

#[tokio::test]
async fn only_verified_addresses_are_of_a_domain() {
    let house = House::with(Plan {
        admission: of_domain("Example.COM"),
        ..Plan::default()
    })
    .await;
    let mut browser = Browser::default();
    browser.sign_in(&house.sign_in).await.unwrap();
    for email in [
        "ada@example.com.evil",
        "ada@sub.example.com",
        "a@evil@example.com",
    ] {
        says(&house, "email", json!(email));
        let refused = browser.sign_in(&house.sign_in).await.unwrap_err();
        is_refusal(&refused, "domain_not_allowed");
    }
    says(&house, "email", json!("ada@example.com"));
    says(&house, "email_verified", json!(false));
    let refused = browser.sign_in(&house.sign_in).await.unwrap_err();
    is_refusal(&refused, "email_required");
}

/// Else whoever signs up with somebody's address would be let in for it.
#[tokio::test]
async fn a_requirement_on_the_email_means_a_verified_one() {
    let house = House::with(Plan {
        admission: Admission {
            require_claims: vec![contains("email", "ada@example.com")],
            ..Admission::default()
        },
        resolver: None,
        ..Plan::default()
    })
    .await;
    let mut browser = Browser::default();
    browser.sign_in(&house.sign_in).await.unwrap();
    says(&house, "email_verified", json!(false));
    let refused = browser.sign_in(&house.sign_in).await.unwrap_err();
    is_refusal(&refused, "claim_required");
}

/// It is there, and too long to be sent.
#[tokio::test]
async fn a_claim_that_the_provider_left_out_meets_nothing() {
    // Also what is in it, for the path `groups.0` and the like.
    for claim in ["groups", "groups.0", "groups.a.b"] {
        let house = House::with(Plan {
            admission: Admission {
                require_claims: vec![Requirement {
                    claim: claim.parse().unwrap(),
                    test: Test::Exists(false),
                }],
                ..Admission::default()
            },
            ..Plan::default()
        })
        .await;
        let mut browser = Browser::signed_in(&house).await;
        says(&house, "_claim_names", json!({"groups": "src1"}));
        let refused = browser.sign_in(&house.sign_in).await.unwrap_err();
        is_refusal(&refused, "claim_required");
        assert!(refused.detail().contains("which the provider left out"));
    }
}

fn keycloak_groups() -> Vec<GroupClaim> {
    vec![GroupClaim {
        claim: "groups".parse().unwrap(),
        allow: None,
        strip_prefix: vec!["/".to_owned()],
        prefix: String::new(),
        namespace: "default".to_owned(),
        kind: "group".to_owned(),
    }]
}

async fn ownership(house: &House) -> Vec<String> {
    let mut browser = Browser::default();
    let signed_in = browser.sign_in(&house.sign_in).await.unwrap();
    let identity = signed_in.session.backstage_identity.unwrap();
    let refs = identity.ownership_entity_refs.iter();
    refs.map(ToString::to_string).collect()
}

#[tokio::test]
async fn groups_are_owned_through_beside_what_a_resolver_says() {
    let house = House::with(Plan {
        group_claims: keycloak_groups(),
        ..Plan::default()
    })
    .await;
    says(&house, "groups", json!(["/Ops", "ops", "a b"]));
    assert_eq!(
        ownership(&house).await,
        ["user:default/ada", "group:default/ops"]
    );
    let user: EntityRef = "user:default/ada".parse().unwrap();
    let info = house
        .sign_in
        .tokens()
        .user_info(&user)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        info["claims"]["ent"],
        json!(["user:default/ada", "group:default/ops"])
    );
}

#[tokio::test]
async fn groups_join_what_a_resolver_of_ones_own_issues() {
    let resolver = sign_in_resolver("own", async |_, context| {
        let refs = ["user:default/x", "group:default/ops"];
        let refs = refs.map(|it| it.parse::<EntityRef>().unwrap());
        context
            .issue_token(UserClaims::new(refs[0].clone(), refs.to_vec()))
            .await
    });
    let house = House::with(Plan {
        group_claims: keycloak_groups(),
        resolver: Some(Arc::new(resolver)),
        ..Plan::default()
    })
    .await;
    says(&house, "groups", json!(["ops", "new"]));
    assert_eq!(
        ownership(&house).await,
        ["user:default/x", "group:default/ops", "group:default/new"]
    );
}

use serde_json::json;
use stagedoor_claims::Glob;

use super::*;

fn rule(claim: &str) -> GroupClaim {
    GroupClaim {
        claim: claim.parse().unwrap(),
        allow: None,
        strip_prefix: vec!["/".to_owned()],
        prefix: String::new(),
        namespace: "default".to_owned(),
        kind: "group".to_owned(),
    }
}

fn refs(claims: &GroupClaims, info: &SignInInfo) -> (Vec<String>, Vec<WhyLeftOut>) {
    let mut left_out = Vec::new();
    let refs = claims.refs(info, |it| left_out.push(it.why));
    (refs.iter().map(ToString::to_string).collect(), left_out)
}

#[test]
fn each_entity_is_there_once_in_the_order_of_the_claims() {
    let roles = GroupClaim {
        kind: "Team".to_owned(),
        namespace: "ops".to_owned(),
        ..rule("realm.roles")
    };
    let claims = GroupClaims::new(vec![rule("groups"), roles, rule("none")]);
    let info = SignInInfo::of_claims(json!({"groups": ["/B", "a", "b"], "realm": {"roles": "a"}}));
    let expected = ["group:default/b", "group:default/a", "team:ops/a"];
    assert_eq!(refs(&claims, &info).0, expected);
}

#[test]
fn what_is_no_name_is_left_out_and_told() {
    let allowing = GroupClaim {
        allow: Some(vec![Glob::parse("/*").unwrap()]),
        ..rule("groups")
    };
    let claims = GroupClaims::new(vec![allowing]);
    let info = SignInInfo::of_claims(json!({"groups": ["/user:default/ada", "/a", "b", 7]}));
    let (refs, left_out) = refs(&claims, &info);
    assert_eq!(refs, ["group:default/a"]);
    let why = [NotAName::Impossible, NotAName::NotAllowed, NotAName::NoText];
    assert_eq!(left_out, why.map(WhyLeftOut::NotAName));
}

#[test]
fn there_are_not_more_than_a_thousand() {
    let groups: Vec<_> = (0..5_000).map(|number| format!("g{number}")).collect();
    let claims = GroupClaims::new(vec![rule("groups"), rule("groups")]);
    let (refs, left_out) = refs(&claims, &SignInInfo::of_claims(json!({"groups": groups})));
    assert_eq!(refs.len(), 1_000);
    assert_eq!(left_out, [WhyLeftOut::TooMany]);
}

/// Microsoft Entra ID, with more than 200 groups.
#[test]
fn a_claim_that_the_provider_left_out_is_told() {
    let claims = GroupClaims::new(vec![rule("groups")]);
    let overage = SignInInfo::of_claims(json!({
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": "https://graph.example.com/getMemberObjects"}},
    }));
    let expected = (vec![], vec![WhyLeftOut::ByTheProvider]);
    assert_eq!(refs(&claims, &overage), expected);
    assert_eq!(
        refs(&claims, &SignInInfo::of_claims(json!({"hasgroups": true}))),
        expected
    );
    assert_eq!(
        refs(&claims, &SignInInfo::of_claims(json!({"sub": "1"}))),
        (vec![], vec![])
    );
    let odd = SignInInfo::of_claims(json!({"_claim_names": ["groups"], "groups": ["a"]}));
    assert_eq!(refs(&claims, &odd).0, ["group:default/a"]);
}

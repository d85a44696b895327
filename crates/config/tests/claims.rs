//! What a configuration says about claims: `profile`, `signIn.requireClaims`,
//! `signIn.allowedDomains`, `signIn.groupClaims`, and `claim` of resolvers.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{load, provider, refusal, with_provider};
use rstest::rstest;
use stagedoor_claims::{ClaimPath, GroupClaim, ProfileClaims, Test};
use stagedoor_config::*;

fn paths(paths: &[&str]) -> Vec<ClaimPath> {
    paths.iter().map(|path| path.parse().unwrap()).collect()
}

#[test]
fn nothing_is_required_unless_it_is_said() {
    let environment = provider("");
    assert_eq!(environment.profile, ProfileClaims::default());
    assert!(environment.sign_in.require_claims.is_empty());
    assert!(environment.sign_in.group_claims.is_empty());
    assert_eq!(environment.sign_in.allowed_domains, None);
}

#[test]
fn a_profile_is_made_of_any_claims() {
    let profile = provider(
        "profile:
          email: [mail, 'https://example.com/mail', emails.0]
          emailVerified: xms_edov
          displayName: person.name
          picture: [avatar]
        dangerouslyTrustUnverifiedEmail: true",
    )
    .profile;
    let expected = ProfileClaims {
        email: paths(&["mail", "https://example.com/mail", "emails.0"]),
        email_verified: Some(paths(&["xms_edov"])),
        trust_unverified_email: true,
        display_name: paths(&["person.name"]),
        picture: paths(&["avatar"]),
    };
    assert_eq!(profile, expected);
}

#[test]
fn requirements_are_read_as_they_are_written() {
    let sign_in = provider(
        "signIn:
          allowedDomains: [example.com, Example.ORG]
          requireClaims:
            - { claim: groups, contains: [staff, 7] }
            - { claim: realm_access.roles, contains: backstage }
            - { claim: active, equals: true }
            - { claim: email, matches: ['*@example.com', '*@example.org'] }
            - { claim: guest, exists: false }",
    )
    .sign_in;
    let said: Vec<_> = sign_in
        .require_claims
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        [
            r#"groups contains "staff" or 7"#,
            r#"realm_access.roles contains "backstage""#,
            "active equals true",
            "email matches *@example.com or *@example.org",
            "guest does not exist",
        ]
    );
    assert_eq!(sign_in.require_claims[4].test, Test::Exists(false));
    let domains = sign_in.allowed_domains.unwrap();
    assert_eq!(domains, ["example.com", "Example.ORG"]);
}

#[test]
fn groups_have_the_usual_kind_and_namespace() {
    let claims = provider(
        "signIn:
          groupClaims:
            - claim: groups
            - { claim: roles, allow: [a*, b], stripPrefix: /, prefix: kc-, namespace: ops, kind: Team }",
    )
    .sign_in
    .group_claims;
    let groups = GroupClaim {
        claim: "groups".parse().unwrap(),
        allow: None,
        strip_prefix: vec![],
        prefix: String::new(),
        namespace: "default".to_owned(),
        kind: "group".to_owned(),
    };
    assert_eq!(claims[0], groups);
    assert_eq!(claims[1].allow.as_ref().unwrap().len(), 2);
    assert_eq!(claims[1].strip_prefix, ["/"]);
    let rest = [&claims[1].prefix, &claims[1].namespace, &claims[1].kind];
    assert_eq!(rest, ["kc-", "ops", "Team"]);
}

/// `<inline>:line:column: auth.providers.keycloak.development.` and what
/// follows; the twelfth line is the first of `extra`.
#[rstest]
#[case::path(
    "signIn: { requireClaims: [{ claim: a..b, exists: true }] }",
    "12:44: …signIn.requireClaims[0].claim: the path to a claim has no name before or after a dot; write the claim's name, or names joined by dots"
)]
#[case::json_path(
    "signIn: { groupClaims: [{ claim: '$.groups[*]' }] }",
    "12:42: …signIn.groupClaims[0].claim: a path to a claim has no `$` before it and no brackets in it; write"
)]
#[case::resolvers_path(
    "signIn: { resolvers: [{ resolver: claimMatchingUserEntityName, claim: login. }] }",
    "12:79: …signIn.resolvers[0].claim: the path to a claim has no name"
)]
#[case::profile_path(
    "profile: { email: [mail, ''] }",
    "12:34: …profile.email[1]: found an empty string"
)]
#[case::profile_key(
    "profile: { e-mail: mail }",
    "12:20: …profile.e-mail: this key is unknown; did you mean `email`?"
)]
#[case::profile_nothing(
    "profile: { picture: [] }",
    "12:29: …profile.picture: found an empty list"
)]
#[case::glob(
    "signIn: { requireClaims: [{ claim: groups, matches: 'team-{a,b}' }] }",
    "12:61: …signIn.requireClaims[0].matches: the pattern has alternatives in braces, which stand for themselves here; write `*`"
)]
#[case::no_test(
    "signIn: { requireClaims: [{ claim: groups, contain: staff }] }",
    "did you mean `contains`?"
)]
#[case::nothing_said(
    "signIn: { requireClaims: [{ claim: groups }] }",
    "…signIn.requireClaims[0]: it is not said what the claim must be; add one of"
)]
#[case::two_tests(
    "signIn: { requireClaims: [{ claim: groups, equals: a, contains: b }] }",
    "…signIn.requireClaims[0]: `equals` and `contains` stand together; make a requirement of each"
)]
#[case::no_claim(
    "signIn: { requireClaims: [{ clam: groups, exists: true }] }",
    "…signIn.requireClaims[0].claim: is missing, but there is `clam`; did you mean `claim`?"
)]
#[case::value(
    "signIn: { requireClaims: [{ claim: groups, equals: [[a]] }] }",
    "12:61: …signIn.requireClaims[0].equals[0]: found a list, expected a text, a number or a boolean"
)]
#[case::unknown_key(
    "signIn: { groupClaims: [{ claim: groups, alow: [a] }] }",
    "12:50: …signIn.groupClaims[0].alow: this key is unknown; did you mean `allow`?"
)]
#[case::far_from_any_key(
    "signIn: { groupClaims: [{ claim: groups, lowerCase: true }] }",
    "this key is unknown; known here: one of allow, claim, kind, namespace, prefix, stripPrefix"
)]
#[case::namespace(
    "signIn: { groupClaims: [{ claim: groups, namespace: Ops }] }",
    "12:61: …signIn.groupClaims[0].namespace: found \"Ops\", expected a namespace of entities"
)]
#[case::prefix(
    "signIn: { groupClaims: [{ claim: groups, prefix: 'ops/' }] }",
    "…signIn.groupClaims[0].prefix: found \"ops/\", expected the beginning of an entity's name"
)]
#[case::kind(
    "signIn: { groupClaims: [{ claim: groups, kind: 'a:b' }] }",
    "…signIn.groupClaims[0].kind: found \"a:b\""
)]
#[case::domain(
    "signIn: { allowedDomains: ['@example.com'] }",
    "12:36: …signIn.allowedDomains[0]: found \"@example.com\", expected a domain of email addresses; write it alone"
)]
#[case::no_domain(
    "signIn: { allowedDomains: [] }",
    "…signIn.allowedDomains: found an empty list"
)]
#[case::not_a_list(
    "signIn: { requireClaims: { claim: groups, exists: true } }",
    "…signIn.requireClaims: found an object, expected a list of objects"
)]
fn a_mistake_is_told_with_its_place(#[case] extra: &str, #[case] part: &str) {
    let told = refusal(&with_provider(extra), &Environment::default());
    let part = part.replace('…', "auth.providers.keycloak.development.");
    assert!(told.contains(&part), "{told}");
    assert!(
        told.lines().all(|line| line.starts_with("<inline>:12:")),
        "{told}"
    );
}

/// Without it more people would be let in.
#[rstest]
#[case(
    "signIn: { allowedDomains: '${DOMAINS}' }",
    "signIn.allowedDomains: is missing"
)]
#[case(
    "signIn: { requireClaims: '${REQUIRED}' }",
    "signIn.requireClaims: is missing"
)]
#[case(
    "signIn: { requireClaims: [{ claim: groups, contains: '${TEAM}' }] }",
    "signIn.requireClaims[0].contains: is missing"
)]
#[case(
    "signIn: { groupClaims: [{ claim: groups, allow: '${TEAMS}' }] }",
    "signIn.groupClaims[0].allow: is missing"
)]
fn a_variable_that_is_not_set_opens_no_door(#[case] extra: &str, #[case] part: &str) {
    let told = refusal(&with_provider(extra), &Environment::default());
    assert!(told.contains(part), "{told}");
}

#[test]
fn an_address_that_nothing_will_verify_is_worth_a_warning() {
    let warnings = |extra: &str| {
        let loaded = load(&with_provider(extra)).unwrap();
        let warnings = loaded.warnings.iter().map(ToString::to_string);
        warnings.collect::<Vec<_>>()
    };
    let told = warnings("profile: { email: mail }");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("profile.email: no address from here will be believed"),
        "{told:?}"
    );
    for fine in [
        "profile: { email: [mail, email] }",
        "profile: { email: mail, emailVerified: mail_verified }",
        "profile: { email: mail }\n        dangerouslyTrustUnverifiedEmail: true",
    ] {
        assert_eq!(warnings(fine), [""; 0], "{fine}");
    }
}

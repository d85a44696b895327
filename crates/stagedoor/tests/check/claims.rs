//! `--as`: who somebody with some claims would be.

use serde_json::{Value, json};

use crate::{
    backstage::{Believes, catalog},
    house::House,
};

async fn run_as(house: &House, claims: &Value) -> crate::house::Run {
    house.write("claims.json", &claims.to_string());
    house.run(&["--json", "--as", "claims.json"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_passes_and_the_next_finds_the_user() {
    let house = House::new().await;
    house.write(
        "claims.json",
        &json!({"sub": "1", "email": "a.lovelace@example.com", "email_verified": true, "preferred_username": "ada"})
            .to_string(),
    );
    let run = house.run(&["--as", "claims.json"]).await;
    insta::assert_snapshot!(run.stdout);
    assert_eq!(run.exit_code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_as_json_too() {
    let house = House::new().await;
    let claims = json!({"email": "Ada@example.com", "email_verified": true});
    let run = run_as(&house, &claims).await;
    insta::assert_snapshot!(format!("{:#}", run.json()["signIns"]));
    assert_eq!(run.exit_code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_a_failure() {
    let house = House::new().await;
    let claims = json!({"email": "mallory@example.com", "email_verified": true, "preferred_username": "mallory"});
    let run = run_as(&house, &claims).await;
    let sign_in = &run.json()["signIns"][0];
    assert_eq!(
        (&sign_in["user"], &sign_in["level"]),
        (&Value::Null, &json!("failure"))
    );
    let outcomes = ["/attempts/0/outcome", "/attempts/1/outcome"];
    for outcome in outcomes {
        assert_eq!(sign_in.pointer(outcome), Some(&json!("passed")));
    }
    assert_eq!(run.exit_code, 1);
    let table = house.run(&["--as", "claims.json"]).await.stdout;
    assert!(
        table.contains("nobody: this sign-in would be refused"),
        "{table}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_to_do() {
    let house = House::new().await;
    for (claims, part) in [
        (
            json!({"email": "ada@example.com"}),
            "dangerouslyTrustUnverifiedEmail",
        ),
        (
            json!({"email": "ada@example.com", "email_verified": false}),
            "is not verified",
        ),
        (json!({"sub": "1"}), "have no email"),
    ] {
        let run = run_as(&house, &claims).await;
        let attempts = &run.json()["signIns"][0]["attempts"];
        assert_eq!(attempts[0]["outcome"], "refused");
        assert!(
            attempts[0]["todo"].as_str().unwrap().contains(part),
            "{attempts}"
        );
        assert_eq!(attempts[1]["outcome"], "notAsked");
        assert_eq!(run.exit_code, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_token_counts_too() {
    let house = House::with(
        "auth: { providers: { oidc: { development: { signIn: { resolvers: [{ resolver: claimMatchingUserEntityName, claim: login.name }] } } } } }",
    )
    .await;
    let claims =
        json!({"userinfo": {"sub": "1"}, "idToken": {"sub": "1", "login": {"name": "grace"}}});
    let run = run_as(&house, &claims).await;
    assert_eq!(run.json()["signIns"][0]["user"], "user:default/grace");
    let run = run_as(&house, &json!({"sub": "1", "login": "grace"})).await;
    let attempt = &run.json()["signIns"][0]["attempts"][0];
    assert_eq!(attempt["todo"], "userinfo has sub, login");
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_need_to_fit_one_provider_only() {
    let mut house = House::new().await;
    house.put(&format!(
        "auth:
  providers:
    other:
      development:
        clientId: backstage
        clientSecret: client-hunter2
        metadataUrl: http://localhost:{}
        prompt: auto
        signIn: {{ resolvers: [{{ resolver: oidcSubClaimMatchingKeycloakUserId }}] }}",
        house.idp_port
    ));
    let claims = json!({"sub": "1", "email": "ada@example.com", "email_verified": true});
    let run = run_as(&house, &claims).await;
    let json = run.json();
    let levels: Vec<_> = json["signIns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sign_in| {
            (
                sign_in["subject"].as_str().unwrap(),
                sign_in["level"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        levels,
        [
            ("auth.providers.oidc.development", "ok"),
            ("auth.providers.other.development", "warning"),
        ]
    );
    assert_eq!(run.exit_code, 0);
    let run = house
        .run(&["--json", "--as", "claims.json", "--provider", "other"])
        .await;
    assert_eq!(run.json()["signIns"].as_array().unwrap().len(), 1);
    assert_eq!(run.exit_code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_that_does_not_answer_is_the_reason() {
    let url = catalog(Believes::Nobody).await;
    let house = House::with(&format!(
        "discovery: {{ endpoints: [{{ target: '{url}', plugins: [catalog] }}] }}
stagedoor: {{ catalog: {{ token: token-hunter2 }} }}"
    ))
    .await;
    let claims = json!({"email": "ada@example.com", "email_verified": true});
    let run = run_as(&house, &claims).await;
    let attempt = &run.json()["signIns"][0]["attempts"][0];
    assert!(
        attempt["reason"]
            .as_str()
            .unwrap()
            .contains("refused our token"),
        "{attempt}"
    );
    assert!(
        attempt["lookUps"][0]
            .as_str()
            .unwrap()
            .ends_with(": no answer"),
        "{attempt}"
    );
    assert_eq!(run.exit_code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_is_a_mistake() {
    let house = House::new().await;
    house.write("claims.json", "{\"email\": hunter2}");
    let run = house.run(&["--as", "claims.json"]).await;
    assert_eq!(run.exit_code, 2);
    assert_eq!(
        run.stderr,
        "stagedoor: --as claims.json:1:11: it is not JSON\n"
    );
    let run = house.run(&["--as", "none.json"]).await;
    assert_eq!(run.exit_code, 2);
    assert!(
        run.stderr.starts_with("stagedoor: --as none.json: "),
        "{}",
        run.stderr
    );
}

const GATED: &str = "auth: { providers: { oidc: { development: {
    claimsFrom: both,
    profile: { displayName: person.name },
    signIn: {
      allowedDomains: [example.com],
      requireClaims: [{ claim: groups, contains: /staff }, { claim: active, equals: true }],
      groupClaims: [{ claim: groups, stripPrefix: /, prefix: kc- }] } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn gates_profile_and_groups_are_explained() {
    let house = House::with(GATED).await;
    let claims = json!({
        "userinfo": {"sub": "1", "email": "ada@example.com", "email_verified": true, "person": {"name": "Ada"}},
        "idToken": {"sub": "1", "groups": ["/staff", "a b"], "active": true},
    });
    house.write("claims.json", &claims.to_string());
    let run = house.run(&["--as", "claims.json"]).await;
    let (_, told) = run.stdout.split_once("sign-in, ").unwrap();
    insta::assert_snapshot!(told);
    assert_eq!(run.exit_code, 0);
    let run = run_as(&house, &claims).await;
    let sign_in = &run.json()["signIns"][0];
    assert_eq!(
        sign_in["ownership"],
        json!([
            "user:default/ada",
            "group:default/analysts",
            "group:default/kc-staff"
        ])
    );
    assert_eq!(sign_in["profile"]["displayName"], "Ada");
    assert_eq!(sign_in["conditions"][2]["isMet"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_is_shut_says_what_there_is_instead() {
    let house = House::with(GATED).await;
    let claims = json!({"sub": "1", "email": "ada@example.org", "email_verified": true, "groups": ["/guests"]});
    let run = run_as(&house, &claims).await;
    let sign_in = &run.json()["signIns"][0];
    assert_eq!(
        (&sign_in["user"], &sign_in["level"]),
        (&Value::Null, &json!("failure"))
    );
    assert_eq!(sign_in["attempts"][0]["outcome"], "notAsked");
    let instead: Vec<_> = sign_in["conditions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|condition| condition["instead"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(instead[0], r#"the claim groups is ["/guests"]"#);
    assert!(
        instead[1].starts_with("there is no claim active; userinfo has sub, email"),
        "{}",
        instead[1]
    );
    assert_eq!(instead[2], r#"the claim email is "ada@example.org""#);
    assert_eq!(run.exit_code, 1);
    let run = house.run(&["--as", "claims.json"]).await;
    let (_, told) = run.stdout.split_once("sign-in, ").unwrap();
    insta::assert_snapshot!(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_in_the_id_token_only_is_found_there() {
    let house = House::with(
        "auth: { providers: { oidc: { development: { signIn: { requireClaims: [{ claim: groups, exists: true }] } } } } }",
    )
    .await;
    let claims = json!({"userinfo": {"sub": "1"}, "idToken": {"sub": "1", "groups": ["a"]}});
    let run = run_as(&house, &claims).await;
    assert_eq!(
        run.json()["signIns"][0]["conditions"][0]["instead"],
        "the claim groups is in the ID token only: set claimsFrom: both"
    );
    let claims = json!({"sub": "1", "_claim_names": {"groups": "src1"}});
    let run = run_as(&house, &claims).await;
    let instead = &run.json()["signIns"][0]["conditions"][0]["instead"];
    assert!(
        instead
            .as_str()
            .unwrap()
            .contains("left the claim groups out"),
        "{instead}"
    );
}

/// A list in an override replaces the whole: no resolver is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_gate_counts_without_resolvers_too() {
    let house = House::with(
        "auth: { providers: { oidc: { development: { signIn: { resolvers: [], requireClaims: [{ claim: groups, contains: a }] } } } } }",
    )
    .await;
    for (groups, level, exit_code) in [("a", "ok", 0), ("b", "failure", 1)] {
        let run = run_as(&house, &json!({"sub": "1", "groups": [groups]})).await;
        let sign_in = &run.json()["signIns"][0];
        assert_eq!(sign_in["level"], level, "{sign_in}");
        assert_eq!(run.exit_code, exit_code);
    }
}

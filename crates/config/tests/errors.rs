//! How mistakes are told: all at once, with their places, without secrets.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{BASE, load, refusal, with_provider};
use miette::{GraphicalReportHandler, GraphicalTheme};
use rstest::rstest;
use stagedoor_config::*;

fn warnings(yaml: &str) -> String {
    let loaded = load(yaml).unwrap();
    let lines: Vec<_> = loaded.warnings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn render(errors: &ConfigErrors) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut text, &errors.report())
        .unwrap();
    text
}

const WRONG: &str = "\
app:
  baseUrl: localhost:3000
  title: 7
backend:
  baseURL: http://localhost:7007
  listen: 'localhost'
  cors: {origin: {a: 1}, credentials: perhaps, maxAge: long}
  https: {certificate: {cert: c}}
  database: {client: sqllite3, connection: ':memory:'}
auth:
  environment: [development]
  session: {secret: 12345}
  backstageTokenExpiration: 3600
  identityTokenAlgorithm: es256
  omitIdentityTokenOwnershipClaim: never
  keyStore: {provider: static, static: {keys: [{keyId: one}]}}
  providers:
    keycloak:
      development:
        clientID: backstage
        clientSecret: ${AUTH_SECRET}
        metadataUrl: ftp://sso.example.com
        tokenEndpointAuthMethod: client_secret_bsic
        tokenSignedResponseAlg: RS265
        additionalScopes: [openid, 7]
        prompt: ''
        timeout: 10
        clockTolerance: 1 hour
        sessionDuration: {hour: 1}
        startUrlSearchParams: {a: [1]}
        dangerouslyTrustUnverifiedEmail: maybe
        display: Acme
        signIn:
          resolvers:
            - resolver: emailMatchingUserEntityProfilEmail
            - {resolver: emailLocalPartMatchingUserEntityName, allowedDomains: acme.com}
            - {resolver: claimMatchingUserEntityAnnotation, claim: sub, anotation: x}
            - emailMatchingUserEntityProfileEmail
      production: 7
    oidc:
      clientId: a
      metadataUrl: http://b
    okta2:
      development: {clientId: a, clientSecret: b, metdataUrl: http://c}
discovery: {endpoints: [{target: 7, plugins: catalog}]}
catalog: {locations: [{type: file}]}
enableExperimentalRedirectFlow: {}
";

#[test]
fn every_mistake_is_told_at_once() {
    insta::assert_snapshot!(refusal(WRONG, &Environment::default()));
}

#[test]
fn a_terminal_shows_the_lines() {
    let yaml = with_provider("prompt: [a]\n        timeout: never");
    let errors = load(&yaml).unwrap_err();
    insta::assert_snapshot!(render(&errors));
}

#[test]
fn a_problem_is_also_data() {
    let errors = load(&with_provider("tokenSignedResponseAlg: RS265")).unwrap_err();
    insta::assert_snapshot!(serde_json::to_string_pretty(errors.problems()).unwrap());
}

#[test]
fn what_is_no_yaml_is_told_alone() {
    let found = refusal("app:\n  baseUrl: [\n", &Environment::default());
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.starts_with("<inline>:"), "{found}");
    assert!(found.contains("this is not YAML"), "{found}");
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let yaml = with_provider("").replace("hunter2", "${AUTH_SECRET}");
    assert_eq!(
        refusal(&yaml, &Environment::default()),
        "<inline>:10:23: auth.providers.keycloak.development.clientSecret: is missing: its value \
         is `${AUTH_SECRET}` (<inline>:10:23) and AUTH_SECRET is not set"
    );
    let yaml = with_provider("").replace("https://sso.example.com/realms/main", "{$env: URL}");
    let found = refusal(&yaml, &Environment::default());
    assert!(
        found.ends_with("(<inline>:11:29) and URL is not set"),
        "{found}"
    );
}

#[test]
fn one_mistake_does_not_cause_others() {
    assert_eq!(
        refusal(
            "app: 7\nbackend: {baseUrl: 'http://b'}\n",
            &Environment::default()
        ),
        "<inline>:1:6: app: found the number 7, expected an object"
    );
    assert_eq!(
        refusal(
            "app: {$file: gone}\nbackend: {baseUrl: 'http://b'}\n",
            &Environment::default()
        ),
        "<inline>:1:14: app: the file `gone` does not exist"
    );
}

#[test]
fn what_is_missing_altogether_is_told() {
    assert_eq!(
        refusal("", &Environment::default()),
        "<inline>: app.baseUrl: is missing\n<inline>: backend.baseUrl: is missing"
    );
}

#[test]
fn the_file_of_a_variable_is_its_name() {
    let env = [("APP_CONFIG_auth_environment", "[1]")]
        .into_iter()
        .collect();
    assert_eq!(
        refusal(BASE, &env),
        "APP_CONFIG_auth_environment: auth.environment: found a list, expected a string"
    );
}

#[rstest]
#[case(
    "promt: auto",
    "this key is unknown and ignored; did you mean `prompt`?"
)]
#[case("callbackURL: http://x", "did you mean `callbackUrl`?")]
#[case("startURLSearchParams: {}", "did you mean `startUrlSearchParams`?")]
#[case("signin: {}", "did you mean `signIn`?")]
#[case("display: {titel: x}", "did you mean `title`?")]
fn a_typo_that_backstage_ignores_is_warned_of(#[case] extra: &str, #[case] expected: &str) {
    let found = warnings(&with_provider(extra));
    assert!(found.ends_with(expected), "{found}");
    assert_eq!(found.lines().count(), 1);
}

#[test]
fn unknown_keys_are_ignored() {
    assert_eq!(
        warnings(&with_provider("audience: x\n        whatever: [1]")),
        ""
    );
    assert_eq!(
        warnings(&format!("{BASE}techdocs: 7\nproxy: {{'/x': y}}\n")),
        ""
    );
}

#[test]
fn a_typo_higher_up_is_warned_of() {
    let found = warnings(&format!("{BASE}auth: {{keystore: {{}}, sesion: {{}}}}\n"));
    insta::assert_snapshot!(found, @r"
    <inline>:5:8: auth.keystore: this key is unknown and ignored; did you mean `keyStore`?
    <inline>:5:22: auth.sesion: this key is unknown and ignored; did you mean `session`?
    ");
}

/// Values that must not be seen, wherever a mistake puts them.
const SECRET: &str = "hunter2";

#[rstest]
#[case("clientSecret: [hunter2]", "clientSecret: hunter2")]
#[case("clientSecret: {a: hunter2}", "clientSecret: hunter2")]
#[case(
    "clientSecret: |\n          hunter2\n        prompt: []",
    "clientSecret: hunter2"
)]
#[case(
    "clientSecret: &s hunter2\n        timeout: *s",
    "clientSecret: hunter2"
)]
#[case("timeout: ${SECRET}\n        x: &s y", "")]
#[case("tokenEndpointAuthMethod: ${SECRET}", "")]
#[case("tokenSignedResponseAlg: {$env: SECRET}", "")]
#[case(
    "metadataUrl: ${SECRET}",
    "metadataUrl: https://sso.example.com/realms/main"
)]
#[case("callbackUrl: 'x://u:hunter2@h'", "")]
#[case("signIn: {resolvers: [{resolver: '${SECRET}'}]}", "")]
#[case("timeout: never # password: hunter2", "")]
fn secrets_are_never_shown(#[case] extra: &str, #[case] instead_of: &str) {
    let yaml = with_provider(extra);
    let yaml = match instead_of {
        "" => yaml,
        // Only its first occurrence, the one `with_provider` wrote.
        instead_of => yaml.replacen(&format!("        {instead_of}\n"), "", 1),
    };
    let env = [("SECRET", SECRET)].into_iter().collect();
    let errors = load_str(&yaml, &env, &Known::default()).unwrap_err();
    for shown in [
        errors.to_string(),
        format!("{errors:?}"),
        format!("{:?}", errors.report()),
        render(&errors),
        serde_json::to_string(errors.problems()).unwrap(),
    ] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn secrets_are_not_in_what_is_loaded_either() {
    let yaml = with_provider("signIn: {resolvers: [{resolver: mine, key: hunter2}]}").replace(
        "connection: ':memory:'}",
        "connection: {password: hunter2}, plugin: {auth: {client: pg, connection: 'postgres://u:hunter2@h'}}}",
    ) + "  session: {secret: hunter2}\n";
    let known = Known {
        resolvers: vec!["mine".to_owned()],
        providers: Vec::new(),
    };
    let env = [("SECRET", SECRET)].into_iter().collect();
    let loaded = load_str(&yaml, &env, &known).unwrap();
    assert_eq!(loaded.settings.auth.session_secrets.len(), 1);
    let shown = format!("{loaded:?}{env:?}");
    assert!(!shown.contains(SECRET), "{shown}");
}

#[rstest]
#[case(
    "headers: {Authorization: Basic hunter2, X-Team: hunter2}",
    "traces.sampleRatio"
)]
#[case("headers: {X-Team: [hunter2]}", "headers.X-Team")]
#[case(
    "endpoint: http://me:hunter2@collector",
    "traces.endpoint: what the collector"
)]
#[case("# headers: {Authorization: Basic hunter2}", "traces.sampleRatio")]
fn what_a_collector_is_told_is_not_shown(#[case] line: &str, #[case] told: &str) {
    let endpoint = "endpoint: http://collector";
    let endpoint = if line.starts_with("end") {
        ""
    } else {
        endpoint
    };
    let yaml =
        format!("{BASE}stagedoor:\n  traces:\n    {line}\n    sampleRatio: 2\n    {endpoint}\n");
    let shown = render(&load(&yaml).unwrap_err());
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains(told), "{shown}");
}

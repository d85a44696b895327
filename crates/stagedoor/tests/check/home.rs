//! What the configuration alone tells.

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_typo_is_a_warning_with_its_place() {
    let run = House::with("auth:\n  enviroment: production\n")
        .await
        .check()
        .await;
    run.complains(
        0,
        "warning configuration, reading: override.yaml:2:3:",
        "did you mean `environment`",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weak_secret_is_a_warning_in_development_and_a_failure_in_production() {
    let house = House::with("auth: { session: { secret: hunter2 } }").await;
    let subject = "auth.session.secret, strength";
    let weak = house.check().await;
    weak.complains(0, &format!("warning {subject}"), "too short");
    assert!(!weak.stdout.contains("hunter2"));
    let house = house.set("NODE_ENV", "production");
    let weak = house.check().await;
    weak.complains(1, &format!("failure {subject}"), "too short");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_secrets_the_weak_one_is_named() {
    let secrets = "[kM3u0Yq1tF8wZ2pXn6bRc7sVjQe4hLdA9gTyUoIiWzE=, changeme-changeme-changeme]";
    let house = House::with(&format!("auth: {{ session: {{ secret: {secrets} }} }}")).await;
    house.check().await.complains(
        0,
        "warning auth.session.secret",
        "secret 2 of 2 looks like a placeholder",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_production_does_not_start() {
    let house = House::new().await;
    house.leave_out("session:");
    let subject = "auth.session.secret, strength";
    let missing = house.check().await;
    missing.complains(0, &format!("warning {subject}"), "not set");
    let house = house.set("NODE_ENV", "production");
    let missing = house.check().await;
    missing.complains(2, &format!("failure {subject}"), "is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn static_keys_have_to_be_keys() {
    let house = House::with(
        "auth:
  keyStore:
    provider: static
    static: { keys: [{ keyId: a, publicKeyFile: a.pub, privateKeyFile: a.key }] }",
    )
    .await;
    house.write("a.pub", "no key");
    house.write("a.key", "token-hunter2");
    house
        .check()
        .await
        .complains(2, "failure auth.keyStore, keys", "keyId a");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_memory_are_worth_a_warning() {
    let house = House::with("auth: { keyStore: { provider: memory } }").await;
    house
        .check()
        .await
        .complains(0, "warning auth.keyStore, keys", "kept in memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_has_to_be_able_to_sign_in() {
    let house = House::with("auth: { environment: staging }").await;
    house.check().await.complains(
        1,
        "failure auth.environment, providers",
        "add auth.providers.oidc.staging",
    );
    house.write(
        "app-config.yaml",
        "app: { baseUrl: 'http://localhost:7007' }
backend: { baseUrl: 'http://localhost:7007', database: { client: better-sqlite3, connection: ':memory:' } }
auth: { session: { secret: kM3u0Yq1tF8wZ2pXn6bRc7sVjQe4hLdA9gTyUoIiWzE= } }
catalog: { locations: [{ type: file, target: ./people.yaml }] }
",
    );
    house.check().await.complains(
        1,
        "failure auth.environment, providers",
        "no OpenID provider",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_providers_of_the_environment_in_use_are_asked() {
    let house = House::with(
        "auth:
  providers:
    elsewhere:
      production: { clientId: a, clientSecret: b, metadataUrl: 'http://localhost:1' }",
    )
    .await;
    let run = house.check().await;
    assert_eq!((run.exit_code, run.complaints()), (0, vec![]));
    run.finds("ok auth.environment", "not checked: elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_has_to_be_there_and_be_known() {
    let house = House::with("backend: { https: { certificate: { cert: 'x', key: 'y' } } }").await;
    house
        .check()
        .await
        .complains(2, "failure backend.https, certificate", "backend.https");
    let house = House::with("backend: { https: true }").await;
    house
        .check()
        .await
        .complains(0, "warning backend.https, certificate", "no browser trusts");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_the_door_can_not_use_are_mistakes() {
    let house = House::with("backend: { cors: { methods: [GET, POST, 'NO METHOD'] } }").await;
    house
        .check()
        .await
        .complains(2, "failure backend, settings", "NO METHOD");
    let house = House::with("auth: { experimentalExtraAllowedOrigins: ['http://[x'] }").await;
    house
        .check()
        .await
        .complains(2, "failure app, origins", "experimentalExtraAllowedOrigins");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_frontend_has_to_be_allowed_to_call() {
    for (yaml, part) in [
        (
            "backend: { cors: { origin: 'http://localhost:3001' } }",
            "does not allow http://localhost:3000",
        ),
        (
            "backend: { cors: { credentials: false } }",
            "credentials is not true",
        ),
        (
            "backend: { cors: { allowedHeaders: [Authorization] } }",
            "lacks X-Requested-With",
        ),
        ("backend: { cors: { methods: [GET] } }", "lacks POST"),
    ] {
        let run = House::with(yaml).await.check().await;
        run.complains(1, "failure backend.cors, origin", part);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_cors_only_one_origin_works() {
    let house = House::new().await;
    house.leave_out("cors:");
    house
        .check()
        .await
        .complains(1, "failure backend.cors, origin", "there is none");
}

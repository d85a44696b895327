//! What a configuration comes to, its providers aside.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::path::PathBuf;

use common::{BASE, load, settings};
use jiff::SignedDuration;
use rstest::rstest;
use secrecy::ExposeSecret;
use stagedoor_config::*;

#[test]
fn little_is_needed() {
    let loaded =
        load("app: {baseUrl: http://localhost:3000}\nbackend: {baseUrl: http://localhost:7007}\n")
            .unwrap();
    let settings = loaded.settings;
    assert_eq!(settings.app.title, None);
    assert_eq!(
        settings.backend.listen,
        Listen {
            host: None,
            port: 7007
        }
    );
    assert!(settings.backend.cors.is_none() && settings.backend.https.is_none());
    assert!(matches!(
        settings.backend.database,
        Database::Sqlite(SqliteLocation::Memory)
    ));
    assert!(settings.auth.providers.is_empty() && settings.auth.session_secrets.is_empty());
    assert!(settings.auth.omit_ownership_claim && !settings.enable_experimental_redirect_flow);
    assert_eq!(settings.auth.key_store, KeyStore::Database);
    let warnings: Vec<_> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].starts_with("<inline>:2:1: backend.database: is missing"),
        "{warnings:?}"
    );
}

#[rstest]
#[case("5s", 600)]
#[case("{ hours: 2 }", 7200)]
#[case("P2D", 86400)]
fn the_token_lifetime_is_clamped(#[case] value: &str, #[case] seconds: i64) {
    let settings = settings(&format!(
        "{BASE}auth: {{ backstageTokenExpiration: {value} }}\n"
    ));
    assert_eq!(
        settings.auth.token_expiration,
        Some(SignedDuration::from_secs(seconds))
    );
}

#[test]
fn blocks_of_other_modules_are_let_be() {
    let loaded = load(&format!(
        "{BASE}auth:
  providers:
    github: {{development: {{clientId: 1, clientSecret: [], enterpriseInstanceUrl: no url}}}}
    guest: {{dangerouslyAllowOutsideDevelopment: true}}
    google: 7
    awsalb: {{issuer: x, region: y}}
    okta: {{development: {{audience: x, issuer: y, timeout: never}}}}
"
    ))
    .unwrap();
    assert!(loaded.settings.auth.providers.is_empty());
    assert_eq!(
        loaded.settings.auth.other_providers,
        ["github", "guest", "google", "awsalb", "okta"]
    );
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

#[rstest]
#[case("':7008'", None, 7008)]
#[case("7008", None, 7008)]
#[case("'7008'", None, 7008)]
#[case("0.0.0.0:80", Some("0.0.0.0"), 80)]
#[case("'[::1]:80'", Some("::1"), 80)]
#[case("{port: '81'}", None, 81)]
#[case("{host: localhost}", Some("localhost"), 7007)]
#[case("{host: '', port: 1}", None, 1)]
fn listens(#[case] listen: &str, #[case] host: Option<&str>, #[case] port: u16) {
    let settings = settings(&BASE.replace("backend:", &format!("backend:\n  listen: {listen}")));
    let expected = Listen {
        host: host.map(str::to_owned),
        port,
    };
    assert_eq!(settings.backend.listen, expected);
}

#[test]
fn reads_cors() {
    let cors = settings(&BASE.replace(
        "backend:",
        "backend:\n  cors: {origin: 'http://*.x', methods: 'GET, POST', exposedHeaders: [A], credentials: 1, maxAge: '60'}",
    ))
    .backend
    .cors
    .unwrap();
    assert_eq!(cors.origins, ["http://*.x"]);
    assert_eq!(cors.methods, ["GET", "POST"]);
    assert_eq!(cors.exposed_headers, ["A"]);
    assert!(cors.credentials && cors.allowed_headers.is_empty());
    assert_eq!(cors.max_age, Some(SignedDuration::from_secs(60)));
}

#[test]
fn reads_https() {
    let with = |https: &str| {
        settings(&BASE.replace("backend:", &format!("backend:\n  https: {https}")))
            .backend
            .https
    };
    assert!(matches!(with("true"), Some(Https::SelfSigned)));
    assert!(with("false").is_none());
    let Some(Https::Certificate { cert, key }) = with("{certificate: {cert: c, key: k}}") else {
        panic!("no certificate");
    };
    assert_eq!((cert.as_str(), key.expose_secret()), ("c", "k"));
}

#[test]
fn session_secrets_rotate() {
    let secrets = |value: &str| -> Vec<String> {
        settings(&format!("{BASE}auth: {{session: {{secret: {value}}}}}\n"))
            .auth
            .session_secrets
            .iter()
            .map(|secret| secret.expose_secret().to_owned())
            .collect()
    };
    assert_eq!(secrets("one"), ["one"]);
    assert_eq!(secrets("[new, old]"), ["new", "old"]);
}

#[test]
fn a_key_file_that_is_not_there_is_named_with_its_place() {
    let yaml = format!(
        "{BASE}auth:
  keyStore:
    provider: static
    static: {{keys: [{{publicKeyFile: /no/p.pem, privateKeyFile: /no/s.pem, keyId: one}}]}}
"
    );
    let errors = common::load(&yaml).unwrap_err().to_string();
    let lines: Vec<_> = errors.lines().collect();
    assert_eq!(lines.len(), 2, "{errors}");
    assert!(
        lines[0].contains("publicKeyFile: there is no file /no/p.pem"),
        "{errors}"
    );
    assert!(
        lines[1].contains("privateKeyFile: there is no file /no/s.pem"),
        "{errors}"
    );
}

#[test]
fn reads_a_static_key_store() {
    // Any file: what is in it is for whoever makes keys of it.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let settings = settings(&format!(
        "{BASE}auth:
  identityTokenAlgorithm: EdDSA
  omitIdentityTokenOwnershipClaim: false
  experimentalExtraAllowedOrigins: ['https://*.example.com']
  keyStore:
    provider: static
    static: {{keys: [{{publicKeyFile: {file}, privateKeyFile: {file}, keyId: one}}]}}
"
    ));
    let KeyStore::Static(keys) = settings.auth.key_store else {
        panic!()
    };
    assert_eq!(
        keys,
        [StaticKey {
            public_key_file: file.into(),
            private_key_file: file.into(),
            key_id: "one".to_owned(),
            algorithm: "ES256".to_owned(),
        }]
    );
    assert_eq!(
        settings.auth.identity_token_algorithm.as_deref(),
        Some("EdDSA")
    );
    assert!(!settings.auth.omit_ownership_claim);
    assert_eq!(
        settings.auth.extra_allowed_origins,
        ["https://*.example.com"]
    );
}

#[test]
fn reads_discovery_and_external_access() {
    let settings = settings(&format!(
        "{}discovery:
  endpoints:
    - {{target: 'http://catalog/api/{{{{pluginId}}}}', plugins: [catalog]}}
    - {{target: {{internal: http://x}}, plugins: ['*']}}
enableExperimentalRedirectFlow: true
",
        BASE.replace(
            "backend:",
            "backend:
  auth:
    externalAccess:
      - {type: static, options: {token: t0ken, subject: stagedoor}, accessRestrictions: [{plugin: catalog, permission: 'a.read, b.read'}, {plugin: auth, permissionAttribute: {action: [read]}}]}
      - {type: jwks, options: {url: 1}}
      - {type: legacy, options: {}}",
        )
    ));
    assert_eq!(
        settings.discovery[0].internal.as_deref(),
        Some("http://catalog/api/{{pluginId}}")
    );
    assert_eq!(
        settings.discovery[0].internal,
        settings.discovery[0].external
    );
    assert_eq!(settings.discovery[1].external, None);
    assert!(settings.enable_experimental_redirect_flow);
    let [access] = &settings.backend.auth.external_access[..] else {
        panic!()
    };
    assert_eq!(access.token.expose_secret(), "t0ken");
    assert_eq!(access.subject, "stagedoor");
    let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
    let expected = [
        stagedoor_config::AccessRestriction {
            plugin: "catalog".into(),
            permissions: names(&["a.read", "b.read"]),
            actions: None,
        },
        stagedoor_config::AccessRestriction {
            plugin: "auth".into(),
            permissions: None,
            actions: names(&["read"]),
        },
    ];
    assert_eq!(access.restrictions, expected);
    assert_eq!(access.at("auth").count(), 1);
    assert_eq!(access.at("scaffolder").count(), 0);
}

#[test]
fn reads_a_token_for_the_catalog() {
    let read = |yaml: &str| settings(&format!("{BASE}{yaml}")).stagedoor.catalog_token;
    let token = read("stagedoor: {catalog: {token: t0ken}}\n").unwrap();
    assert_eq!(token.expose_secret(), "t0ken");
    assert!(read("").is_none());
    assert!(read("stagedoor: {catalog: {}}\n").is_none());
    assert!(load(&format!("{BASE}stagedoor: {{catalog: {{token: [x]}}}}\n")).is_err());
}

#[test]
fn a_relative_catalog_file_is_found_where_backstage_would_find_it() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "app-config.yaml",
        &format!(
            "{BASE}catalog:
  locations:
    - {{type: file, target: ../../examples/org.yaml}}
    - {{type: file, target: ./org/*.yaml}}
    - {{type: url, target: https://github.com/x}}
    - {{type: file, target: gone.yaml}}
"
        ),
    );
    write("examples/org.yaml", "");
    write("org/a.yaml", "");
    write("packages/backend/package.json", "");
    write("elsewhere/x", "");
    let env = Environment::default().with_working_directory(root.path().join("elsewhere"));
    let loaded = stagedoor_config::load(
        &ConfigFiles::default_in(root.path()),
        &env,
        &Known::default(),
    );
    let targets: Vec<_> = loaded
        .unwrap()
        .settings
        .catalog
        .locations
        .into_iter()
        .map(|location| PathBuf::from(location.target))
        .collect();
    let at = |name: &str| root.path().join(name);
    assert_eq!(
        targets,
        [
            at("examples/org.yaml"),
            at("org/*.yaml"),
            at("elsewhere/gone.yaml")
        ]
    );
}

/// The shape of the file a new Backstage app starts with.
#[test]
fn a_new_apps_configuration_is_taken_without_a_word() {
    let loaded = load(include_str!("fixtures/new-app.yaml")).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert_eq!(loaded.settings.auth.other_providers, ["guest"]);
    assert_eq!(loaded.settings.catalog.locations.len(), 2);
    assert!(loaded.settings.backend.cors.unwrap().credentials);
}

#[test]
fn reads_how_long_sessions_last_and_how_many_there_may_be() {
    let read = |session: &str| {
        let yaml = format!("{BASE}auth: {{ session: {session} }}\n");
        settings(&yaml).auth.session_limits
    };
    let limits =
        read("{secret: x, idleTimeout: {hours: 12}, absoluteLifetime: P30D, maxPerUser: 5}");
    assert_eq!(limits.idle_timeout, Some(SignedDuration::from_hours(12)));
    assert_eq!(
        limits.absolute_lifetime,
        Some(SignedDuration::from_hours(30 * 24))
    );
    assert_eq!(limits.max_per_user, 5);
    let limits = read("{secret: x}");
    assert_eq!(limits.idle_timeout, None);
    assert_eq!(limits.absolute_lifetime, None);
    assert_eq!(limits.max_per_user, 100);
}

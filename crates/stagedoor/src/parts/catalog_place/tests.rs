#![allow(clippy::unwrap_used, clippy::panic)]

use rstest::rstest;
use stagedoor_config::{Environment, Known, load_str};

use super::*;

fn place(backend: &str, rest: &str) -> Result<CatalogPlace, StartError> {
    let yaml = format!(
        "app: {{baseUrl: 'http://localhost:3000'}}\n\
         backend: {{baseUrl: 'http://localhost:7007', database: {{client: better-sqlite3, connection: ':memory:'}}{backend}}}\n\
         {rest}\n"
    );
    let loaded = load_str(&yaml, &Environment::default(), &Known::default()).unwrap();
    CatalogPlace::of(&loaded.settings)
}

fn endpoints(list: &str) -> String {
    format!("discovery: {{endpoints: [{list}]}}")
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[rstest]
#[case::named(
    "{target: 'http://b:1/api/{{pluginId}}', plugins: [catalog]}",
    "http://b:1/api/catalog"
)]
#[case::blanks(
    "{target: 'http://b/{{  pluginId }}/{{pluginId}}/{{x}}', plugins: [catalog]}",
    "http://b/catalog/catalog/{{x}}"
)]
#[case::fixed(
    "{target: 'http://b/the/catalog/', plugins: [auth, catalog]}",
    "http://b/the/catalog/"
)]
#[case::every(
    "{target: 'http://b/api/{{pluginId}}', plugins: ['*']}",
    "http://b/api/catalog"
)]
#[case::own_before_every(
    "{target: 'http://c/', plugins: [catalog]}, {target: 'http://b/', plugins: ['*']}",
    "http://c/"
)]
#[case::last(
    "{target: 'http://b/', plugins: [catalog]}, {target: 'http://c/', plugins: [catalog]}",
    "http://c/"
)]
#[case::internal(
    "{target: {internal: 'http://in/', external: 'http://out/'}, plugins: [catalog]}",
    "http://in/"
)]
#[case::external_says_nothing(
    "{target: 'http://b/', plugins: ['*']}, {target: {external: 'http://out/'}, plugins: [catalog]}",
    "http://b/"
)]
fn is_where_discovery_says(#[case] list: &str, #[case] expected: &str) {
    let found = place("", &endpoints(list)).unwrap();
    assert_eq!(found, CatalogPlace::Named(url(expected)));
}

#[rstest]
#[case::everywhere("", "http://localhost:7007/api/catalog")]
#[case::port(", listen: ':80'", "http://localhost/api/catalog")]
#[case::ipv6_wildcard(", listen: {host: '::', port: 1}", "http://localhost:1/api/catalog")]
#[case::ipv4_wildcard(", listen: '0.0.0.0:1'", "http://127.0.0.1:1/api/catalog")]
#[case::address(", listen: '10.0.0.1:1'", "http://10.0.0.1:1/api/catalog")]
#[case::ipv6_address(
    ", listen: {host: 'fd00::1', port: 1}",
    "http://[fd00::1]:1/api/catalog"
)]
#[case::name(", listen: 'backstage:1'", "http://backstage:1/api/catalog")]
#[case::https(", https: true", "https://localhost:7007/api/catalog")]
fn without_an_endpoint_it_is_where_we_listen(#[case] backend: &str, #[case] expected: &str) {
    let others = endpoints("{target: 'http://x/', plugins: [auth]}");
    for rest in ["", others.as_str()] {
        let expected = CatalogPlace::Ourselves {
            url: url(expected),
            named: false,
        };
        assert_eq!(place(backend, rest).unwrap(), expected);
    }
}

#[rstest]
#[case("", "http://localhost:7007", true)]
#[case("", "http://127.0.0.1:7007", true)]
#[case("", "http://[::1]:7007", true)]
#[case("", "http://localhost:7008", false)]
#[case("", "http://backstage:7007", false)]
#[case("", "http://10.0.0.1:7007", false)]
#[case(", listen: ':80'", "http://localhost", true)]
#[case(", listen: ':443'", "https://localhost", true)]
#[case(", listen: '0.0.0.0:7007'", "http://localhost:7007", true)]
#[case(", listen: '0.0.0.0:7007'", "http://0.0.0.0:7007", true)]
#[case(", listen: '0.0.0.0:7007'", "http://[::1]:7007", false)]
#[case(", listen: '127.0.0.1:7007'", "http://localhost:7007", true)]
#[case(", listen: '127.0.0.1:7007'", "http://127.0.0.2:7007", false)]
#[case(", listen: 'localhost:7007'", "http://127.0.0.1:7007", true)]
#[case(", listen: {host: '::1', port: 7007}", "http://localhost:7007", true)]
#[case(", listen: {host: '::1', port: 7007}", "http://[::1]:7007", true)]
#[case(", listen: '10.0.0.1:7007'", "http://10.0.0.1:7007", true)]
#[case(", listen: '10.0.0.1:7007'", "http://localhost:7007", false)]
#[case(", listen: 'stagedoor:7007'", "http://Stagedoor:7007", true)]
fn knows_its_own_door(#[case] backend: &str, #[case] target: &str, #[case] ourselves: bool) {
    let target = format!("{target}/api/catalog");
    let list = format!("{{target: '{target}', plugins: [catalog]}}");
    let expected = match ourselves {
        true => CatalogPlace::Ourselves {
            url: url(&target),
            named: true,
        },
        false => CatalogPlace::Named(url(&target)),
    };
    assert_eq!(place(backend, &endpoints(&list)).unwrap(), expected);
}

#[rstest]
#[case("catalog", "is no URL")]
#[case("http://:80", "is no URL")]
#[case(
    "http+srv://catalog.example.net/api/catalog",
    "SRV records are not supported"
)]
fn says_what_is_wrong_with_a_target(#[case] target: &str, #[case] expected: &str) {
    let list = format!("{{target: {{internal: '{target}'}}, plugins: [catalog]}}");
    let error = place("", &endpoints(&list)).unwrap_err().to_string();
    assert!(error.starts_with("discovery.endpoints: "), "{error}");
    assert!(
        error.contains(target) && error.contains(expected),
        "{error}"
    );
}

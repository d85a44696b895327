//! What a provider's configuration comes to.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{BASE, load, provider, settings};
use jiff::SignedDuration;
use rstest::rstest;
use secrecy::ExposeSecret;
use stagedoor_config::*;

#[test]
fn a_provider_has_backstages_defaults() {
    let environment = provider("");
    assert_eq!(environment.client_id, "backstage");
    assert_eq!(
        environment.client_secret.unwrap().expose_secret(),
        "hunter2"
    );
    assert_eq!(
        environment.metadata_url.as_str(),
        "https://sso.example.com/realms/main"
    );
    assert_eq!(
        environment.token_endpoint_auth_method,
        TokenEndpointAuthMethod::ClientSecretBasic
    );
    assert_eq!(
        environment.token_signed_response_alg,
        TokenSignedResponseAlg::Rs256
    );
    assert_eq!(environment.prompt, Prompt::None);
    assert_eq!(environment.timeout, SignedDuration::from_secs(10));
    assert_eq!(environment.clock_tolerance, SignedDuration::from_secs(10));
    assert!(environment.additional_scopes.is_empty() && environment.sign_in.resolvers.is_empty());
    assert!(!environment.profile.trust_unverified_email && environment.session_duration.is_none());
    assert!(environment.callback_url.is_none());
}

#[test]
fn a_provider_may_say_everything() {
    let environment = provider(
        "
        callbackUrl: https://backstage.example.com/callback
        tokenEndpointAuthMethod: client_secret_post
        tokenSignedResponseAlg: ES256
        additionalScopes: 'groups,offline_access|api groups'
        prompt: select_account
        timeout: {seconds: '30'}
        clockTolerance: 1m
        sessionDuration: P1D
        authorizationUrl: https://sso.example.com/authorize
        tokenUrl: https://sso.example.com/token
        dangerouslyTrustUnverifiedEmail: 'yes'
        display: {title: Acme, message: For employees}
        ",
    );
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(environment.callback_url.unwrap().path(), "/callback");
    let method = TokenEndpointAuthMethod::ClientSecretPost;
    assert_eq!(environment.token_endpoint_auth_method, method);
    let algorithm = TokenSignedResponseAlg::Es256;
    assert_eq!(environment.token_signed_response_alg, algorithm);
    let scopes = ["groups", "offline_access", "api"];
    assert_eq!(environment.additional_scopes, scopes);
    let prompt = Prompt::Value("select_account".to_owned());
    assert_eq!(environment.prompt, prompt);
    assert_eq!(environment.timeout, SignedDuration::from_secs(30));
    assert_eq!(environment.clock_tolerance, SignedDuration::from_mins(1));
    let day = Some(SignedDuration::from_hours(24));
    assert_eq!(environment.session_duration, day);
    assert!(environment.authorization_url.is_some() && environment.token_url.is_some());
    assert!(environment.profile.trust_unverified_email);
    assert_eq!(environment.display.title, text("Acme"));
    assert_eq!(environment.display.message, text("For employees"));
}

#[test]
fn parameters_of_the_request_are_texts_in_their_order() {
    let environment = provider(
        "
        startUrlSearchParams: {organization: org_1, max: 3, flag: true, empty: '', nothing: null}
        ",
    );
    let params = environment.start_url_search_params.iter();
    let params: Vec<_> = params.map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let expected = [("organization", "org_1"), ("max", "3"), ("flag", "true")];
    assert_eq!(params, [&expected[..], &[("empty", "")]].concat());
}

#[test]
fn every_resolver_can_be_named() {
    let environment = provider(
        "
        signIn:
          resolvers:
            - resolver: emailMatchingUserEntityProfileEmail
            - resolver: emailLocalPartMatchingUserEntityName
              allowedDomains: [acme.com]
              dangerouslyAllowSignInWithoutUserInCatalog: true
            - resolver: preferredUsernameMatchingUserEntityName
            - resolver: oidcSubClaimMatchingKeycloakUserId
            - resolver: oidcSubClaimMatchingPingIdentityUserId
            - {resolver: claimMatchingUserEntityAnnotation, claim: ids.hr, annotation: acme.com/hr}
            - {resolver: claimMatchingUserEntityName, claim: upn}
            - {resolver: claimMatchingUserEntityFilter, claim: mail, filter: spec.profile.email}
        ",
    );
    let allow_without_catalog_user = false;
    let expected = [
        Resolver::EmailMatchingUserEntityProfileEmail {
            allowed_domains: None,
            allow_without_catalog_user,
        },
        Resolver::EmailLocalPartMatchingUserEntityName {
            allowed_domains: Some(vec!["acme.com".to_owned()]),
            allow_without_catalog_user: true,
        },
        Resolver::PreferredUsernameMatchingUserEntityName {
            allow_without_catalog_user,
        },
        Resolver::OidcSubClaimMatchingKeycloakUserId,
        Resolver::OidcSubClaimMatchingPingIdentityUserId,
        Resolver::ClaimMatchingUserEntityAnnotation {
            claim: "ids.hr".parse().unwrap(),
            annotation: "acme.com/hr".to_owned(),
            allow_without_catalog_user,
        },
        Resolver::ClaimMatchingUserEntityName {
            claim: "upn".parse().unwrap(),
            allow_without_catalog_user,
        },
        Resolver::ClaimMatchingUserEntityFilter {
            claim: "mail".parse().unwrap(),
            filter: "spec.profile.email".to_owned(),
            allow_without_catalog_user,
        },
    ];
    assert!(environment.sign_in.resolvers == expected);
}

#[test]
fn a_resolver_from_code_gets_its_options() {
    let known = Known {
        resolvers: vec!["mine".to_owned()],
        providers: Vec::new(),
    };
    let yaml = common::with_provider("signIn: {resolvers: [{resolver: mine, a: [1], b: x}]}");
    let settings = load_str(&yaml, &Environment::default(), &known)
        .unwrap()
        .settings;
    let resolver = settings.auth.providers[0].environments[0]
        .1
        .sign_in
        .resolvers[0]
        .clone();
    assert!(
        resolver
            == Resolver::Custom {
                name: "mine".to_owned(),
                options: serde_json::json!({"a": [1], "b": "x"}),
            }
    );
}

#[test]
fn the_old_scope_is_taken_with_a_warning() {
    let loaded = load(&common::with_provider(
        "additionalScopes: [groups]\n        scope: openid groups email",
    ))
    .unwrap();
    let environment = &loaded.settings.auth.providers[0].environments[0].1;
    assert_eq!(environment.additional_scopes, ["groups", "openid", "email"]);
    assert_eq!(loaded.warnings.len(), 1);
    assert!(
        loaded.warnings[0]
            .to_string()
            .ends_with("call it `additionalScopes`")
    );
}

#[rstest]
#[case("tokenEndpointAuthMethod: none")]
#[case("tokenEndpointAuthMethod: private_key_jwt")]
#[case("tokenEndpointAuthMethod: tls_client_auth")]
fn some_clients_need_no_secret(#[case] extra: &str) {
    let yaml = common::with_provider(extra).replace("clientSecret: hunter2", "");
    let settings = load(&yaml).unwrap().settings;
    assert!(
        settings.auth.providers[0].environments[0]
            .1
            .client_secret
            .is_none()
    );
}

#[rstest]
#[case("timeout: 1 hour", 300)]
#[case("timeout: 0s", 10)]
#[case("timeout: PT-5S", 10)]
#[case("timeout: 5m", 300)]
fn backstages_durations_are_bounded_not_refused(#[case] extra: &str, #[case] seconds: i64) {
    assert_eq!(provider(extra).timeout, SignedDuration::from_secs(seconds));
}

#[test]
fn any_id_with_a_metadata_url_is_a_provider_in_every_environment() {
    let settings = settings(&format!(
        "{BASE}auth:
  environment: production
  providers:
    pingfederate_1-a:
      development: {{clientId: a, clientSecret: b, metadataUrl: 'http://localhost/one'}}
      production: {{clientId: c, clientSecret: d, metadataUrl: 'https://x/.well-known/openid-configuration'}}
"
    ));
    assert_eq!(settings.auth.environment.as_deref(), Some("production"));
    let provider = &settings.auth.providers[0];
    assert_eq!(provider.id.to_string(), "pingfederate_1-a");
    let names: Vec<_> = provider.environments.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["development", "production"]);
}

#[test]
fn an_id_that_no_url_can_hold_is_warned_of() {
    let loaded = load(&common::with_provider("").replace("keycloak:", "'key/cloak':")).unwrap();
    assert!(loaded.settings.auth.providers.is_empty());
    assert_eq!(loaded.settings.auth.other_providers, ["key/cloak"]);
    assert_eq!(loaded.warnings.len(), 1);
}

//! Sign-in for programs: what expires when, and what a change of configuration
//! does to it.

use secrecy::{ExposeSecret, SecretString};
use stagedoor_signin::{
    CallbackAnswer, Delivery, Keychain, SignInError,
    native::{
        AuthorizeParameters, ClientRequest, ClientTokens, CodeExchange, NativeClients, OAuthError,
        OAuthErrorCode,
    },
};
use stagedoor_storage::SessionRecord;
use url::Url;

use crate::support::{Browser, ENVIRONMENT, House, Plan, SECRET};

const CLIENT: &str = "stagedoor-cli";
const REDIRECT: &str = "http://127.0.0.1:49152/callback";
const ISSUER: &str = "https://backstage.example.com/api/auth";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn request(house: &House) -> ClientRequest {
    let asked = AuthorizeParameters {
        client_id: Some(CLIENT),
        redirect_uri: Some(REDIRECT),
        response_type: Some("code"),
        code_challenge: Some(CHALLENGE),
        code_challenge_method: Some("S256"),
        state: Some("state"),
        scope: None,
    };
    house.sign_in.read_client_request(asked, ISSUER).unwrap()
}

/// The flow up to the provider's answer.
async fn came_back(house: &House, browser: &mut Browser) -> Result<CallbackAnswer, SignInError> {
    let request = request(house);
    let started = house
        .sign_in
        .start_for_client(request, "keycloak", Some(ENVIRONMENT), false, vec![])
        .await?;
    let state = browser.leave(started);
    let answer = browser.callback_request(&[("code", "good-code"), ("state", &state)]);
    house.sign_in.callback(answer).await
}

async fn code(house: &House) -> String {
    let answer = came_back(house, &mut Browser::default()).await.unwrap();
    let Delivery::Client(request) = &answer.delivery else {
        panic!("{:?}", answer.delivery);
    };
    let outcome = answer.outcome.as_ref();
    let url = house
        .sign_in
        .client_answer(request, &answer.provider, outcome, ISSUER);
    parameter(&url, "code").unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs.find_map(|(given, value)| (given == name).then(|| value.into_owned()))
}

async fn exchange(house: &House, code: &str) -> Result<ClientTokens, OAuthError> {
    let exchange = CodeExchange {
        client_id: Some(CLIENT),
        code: Some(code),
        redirect_uri: Some(REDIRECT),
        code_verifier: Some(VERIFIER),
    };
    house.sign_in.exchange_code(exchange).await
}

async fn refresh(house: &House, tokens: &ClientTokens) -> Result<ClientTokens, OAuthError> {
    let token = Some(tokens.refresh_token.expose_secret());
    let sign_in = &house.sign_in;
    sign_in.refresh_for_client(Some(CLIENT), token, None).await
}

fn code_of<T>(outcome: Result<T, OAuthError>) -> OAuthErrorCode {
    outcome.map(drop).unwrap_err().code
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let house = House::new().await;
    let early = code(&house).await;
    house.later(59);
    exchange(&house, &early).await.unwrap();
    let late = code(&house).await;
    house.later(60);
    let refused = exchange(&house, &late).await;
    assert_eq!(code_of(refused), OAuthErrorCode::InvalidGrant);
}

#[tokio::test]
async fn a_code_that_nobody_exchanges_leaves_no_session() {
    let house = House::new().await;
    let exchanged = code(&house).await;
    code(&house).await;
    exchange(&house, &exchanged).await.unwrap();
    Browser::signed_in(&house).await;
    assert_eq!(house.sessions().await.len(), 3);
    house.later(5 * 60);
    let left = house.sessions().await;
    assert_eq!(left.len(), 2);
    let lasts = |session: &SessionRecord| session.expires_at.duration_since(session.created_at);
    assert_eq!(
        lasts(&left[0]),
        lasts(&left[1]),
        "the program's lasts as long as the browser's"
    );
}

#[tokio::test]
async fn a_code_used_twice_ends_its_session_on_whichever_node() {
    let house = House::new().await;
    let other = house.another_node(&Plan::default());
    let code = code(&house).await;
    let tokens = exchange(&house, &code).await.unwrap();
    let again = exchange(&other, &code).await;
    assert_eq!(code_of(again), OAuthErrorCode::InvalidGrant);
    let refused = refresh(&house, &tokens).await;
    assert_eq!(code_of(refused), OAuthErrorCode::InvalidGrant);
    assert!(house.sessions().await.is_empty());
}

#[tokio::test]
async fn a_catalog_that_is_away_spends_no_code() {
    let house = House::new().await;
    let code = code(&house).await;
    house.catalog.is_away(true);
    let refused = exchange(&house, &code).await;
    assert_ne!(code_of(refused), OAuthErrorCode::InvalidGrant);
    house.catalog.is_away(false);
    let tokens = exchange(&house, &code).await.unwrap();
    refresh(&house, &tokens).await.unwrap();
}

#[tokio::test]
async fn a_code_used_twice_ends_its_session_while_the_catalog_is_away_too() {
    let house = House::new().await;
    let code = code(&house).await;
    exchange(&house, &code).await.unwrap();
    house.catalog.is_away(true);
    let again = exchange(&house, &code).await;
    assert_eq!(code_of(again), OAuthErrorCode::InvalidGrant);
    assert!(house.sessions().await.is_empty());
}

#[tokio::test]
async fn what_is_shown_can_be_agreed_to_for_ten_minutes_in_its_browser() {
    let house = House::new().await;
    let sign_in = &house.sign_in;
    let browser = sign_in.new_browser_binding().unwrap();
    let sealed = sign_in.seal_client_request(request(&house), &browser);
    let sealed = sealed.unwrap();
    house.later(599);
    assert_eq!(
        sign_in.open_client_request(&sealed, &browser).unwrap(),
        request(&house)
    );
    let other = sign_in.new_browser_binding().unwrap();
    let refused = sign_in.open_client_request(&sealed, &other).unwrap_err();
    assert!(matches!(refused, SignInError::StateInvalid), "{refused}");
    house.later(1);
    let refused = sign_in.open_client_request(&sealed, &browser).unwrap_err();
    assert!(matches!(refused, SignInError::FlowExpired), "{refused}");
}

#[tokio::test]
async fn a_program_that_may_no_longer_ask_gets_nothing_more() {
    let house = House::new().await;
    let sign_in = &house.sign_in;
    let browser = sign_in.new_browser_binding().unwrap();
    let sealed = sign_in.seal_client_request(request(&house), &browser);
    let sealed = sealed.unwrap();
    let code = code(&house).await;
    let tokens = exchange(&house, &self::code(&house).await).await.unwrap();
    let mut jar = Browser::default();
    let started = sign_in
        .start_for_client(
            request(&house),
            "keycloak",
            Some(ENVIRONMENT),
            false,
            vec![],
        )
        .await
        .unwrap();
    let state = jar.leave(started);

    let mut live = house.live(&Plan::default());
    live.native_clients = NativeClients::default();
    sign_in.replace(live);
    let refused = sign_in.open_client_request(&sealed, &browser).unwrap_err();
    assert!(matches!(refused, SignInError::ClientUnknown), "{refused}");
    let answer = jar.callback_request(&[("code", "good-code"), ("state", &state)]);
    let refused = sign_in.callback(answer).await.unwrap_err();
    assert!(matches!(refused, SignInError::ClientUnknown), "{refused}");
    let refused = exchange(&house, &code).await;
    assert_eq!(code_of(refused), OAuthErrorCode::InvalidClient);
    let refused = refresh(&house, &tokens).await;
    assert_eq!(code_of(refused), OAuthErrorCode::InvalidClient);
}

#[tokio::test]
async fn a_new_session_secret_signs_no_program_out() {
    let house = House::new().await;
    let code = code(&house).await;
    let tokens = exchange(&house, &self::code(&house).await).await.unwrap();
    let secrets = ["another secret for tests", SECRET].map(SecretString::from);
    house
        .sign_in
        .replace_keychain(Keychain::from_secrets(&secrets).unwrap());
    exchange(&house, &code).await.unwrap();
    house.later(1);
    let tokens = refresh(&house, &tokens).await.unwrap();
    house
        .sign_in
        .replace_keychain(Keychain::from_secrets(&secrets[..1]).unwrap());
    house.later(1);
    refresh(&house, &tokens).await.unwrap();
}

#[tokio::test]
async fn a_provider_without_resolvers_serves_no_program() {
    let house = House::with(Plan {
        resolver: None,
        ..Plan::default()
    })
    .await;
    let refused = came_back(&house, &mut Browser::default())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, SignInError::NoBackstageIdentity),
        "{refused}"
    );
}

#[tokio::test]
async fn the_secrets_show_nowhere() {
    let house = House::new().await;
    let code = code(&house).await;
    let tokens = exchange(&house, &code).await.unwrap();
    let shown = format!("{tokens:?} {:?}", request(&house));
    assert!(!shown.contains(tokens.refresh_token.expose_secret()));
    let exchange = CodeExchange {
        code: Some("the code"),
        code_verifier: Some("the verifier"),
        ..CodeExchange::default()
    };
    let shown = format!("{exchange:?}");
    assert!(!shown.contains("the code") && !shown.contains("the verifier"));
}

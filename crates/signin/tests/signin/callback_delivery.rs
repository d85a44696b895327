//! Where the answer to a callback goes (contract §7).

use stagedoor_signin::{Delivery, SignInError, StartRequest};

use crate::support::{APP, Browser, House, Plan};

const PREVIEW: &str = "https://pr-7.preview.example.com";

async fn with_previews() -> House {
    House::with(Plan {
        extra_origins: vec!["https://*.preview.example.com"],
        ..Plan::default()
    })
    .await
}

async fn start(
    house: &House,
    browser: &mut Browser,
    change: impl Fn(&mut StartRequest<'_>),
) -> String {
    let mut request = browser.start_request();
    change(&mut request);
    let started = house.sign_in.start(request).await.unwrap();
    browser.leave(started)
}

#[tokio::test]
async fn a_popup_s_answer_is_a_message_for_the_origin_that_asked() {
    let house = with_previews().await;
    for (asked, told) in [(None, APP), (Some(APP), APP), (Some(PREVIEW), PREVIEW)] {
        let mut browser = Browser::default();
        let state = start(&house, &mut browser, |r| r.origin = asked).await;
        let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
        assert!(answer.outcome.is_ok());
        assert_eq!(answer.origin.as_str(), told);
        let Delivery::Message(origin) = answer.delivery else {
            panic!("not a message");
        };
        assert_eq!(origin.as_str(), told);
    }
}

#[tokio::test]
async fn a_redirect_flow_s_answer_is_a_redirect_also_when_it_fails() {
    let house = House::new().await;
    let to = "http://localhost:3000/catalog?x=1#top";
    let redirecting = |request: &mut StartRequest<'_>| {
        request.flow = Some("redirect");
        request.redirect_url = Some(to);
    };
    let mut browser = Browser::default();
    let state = start(&house, &mut browser, redirecting).await;
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    assert!(answer.outcome.is_ok());
    assert_eq!(answer.delivery, Delivery::Redirect(to.parse().unwrap()));

    let state = start(&house, &mut browser, redirecting).await;
    let mut stranger = Browser::default();
    let answer = stranger.come_back(&house.sign_in, &state).await.unwrap();
    assert!(matches!(
        answer.outcome,
        Err(SignInError::FlowCookieMissing)
    ));
    assert_eq!(answer.delivery, Delivery::Redirect(to.parse().unwrap()));
}

#[tokio::test]
async fn a_refusal_is_delivered_where_the_state_says() {
    let house = with_previews().await;
    house.catalog.forgets_everyone();
    let mut browser = Browser::default();
    let state = start(&house, &mut browser, |r| r.origin = Some(PREVIEW)).await;
    let flow = browser.flows[0].0;
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    assert!(matches!(answer.outcome, Err(SignInError::Resolve(_))));
    assert_eq!(answer.origin.as_str(), PREVIEW);
    assert_eq!(answer.flow, flow, "its cookie is removed");
    assert_eq!(answer.provider.id, "keycloak");
}

#[tokio::test]
async fn an_origin_allowed_no_more_gets_no_answer() {
    let house = with_previews().await;
    let mut browser = Browser::default();
    let popup = start(&house, &mut browser, |r| r.origin = Some(PREVIEW)).await;
    let redirect = start(&house, &mut browser, |r| {
        r.flow = Some("redirect");
        r.redirect_url = Some("https://pr-7.preview.example.com/x");
    })
    .await;
    house.sign_in.replace(house.live(&Plan::default()));
    let error = browser.come_back(&house.sign_in, &popup).await.unwrap_err();
    assert!(matches!(error, SignInError::OriginNotAllowed(_)));
    let error = browser
        .come_back(&house.sign_in, &redirect)
        .await
        .unwrap_err();
    assert!(matches!(error, SignInError::RedirectUrlNotAllowed));
    assert_eq!(house.provider.exchanges(), 0);
}

#[tokio::test]
async fn a_flow_outlives_a_change_of_configuration() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    house.sign_in.replace(house.live(&Plan {
        additional_scopes: "groups",
        ..Plan::default()
    }));
    let answer = browser.come_back(&house.sign_in, &state).await.unwrap();
    assert_eq!(
        answer.outcome.unwrap().granted_scope,
        "openid profile email"
    );
}

#[tokio::test]
async fn a_provider_that_is_gone_finishes_no_flow() {
    let house = House::new().await;
    let mut browser = Browser::default();
    let state = browser.start(&house.sign_in).await;
    let mut live = house.live(&Plan::default());
    live.providers = stagedoor_signin::ProviderSet::default();
    house.sign_in.replace(live);
    let error = browser.come_back(&house.sign_in, &state).await.unwrap_err();
    assert!(matches!(error, SignInError::UnknownProvider(_)));
}

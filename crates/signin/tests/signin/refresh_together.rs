//! Tabs that refresh at once: the provider is asked once (contract §8).

use std::{sync::Arc, time::Duration};

use stagedoor_identity::{EntityRef, UserClaims};
use stagedoor_signin::{Refreshed, SignInError, resolver::sign_in_resolver};
use tokio::sync::Barrier;
use tracing::Instrument;
use tracing_subscriber::{Registry, registry::LookupSpan};

use crate::support::{Browser, House, Plan, cause, settle};

fn tokens(refreshed: &Refreshed) -> (&str, Option<&str>) {
    let info = &refreshed.session.provider_info;
    (&info.access_token, info.id_token.as_deref())
}

#[tokio::test]
async fn two_tabs_get_the_same_tokens() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let first = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    let second = browser.refresh_in_a_tab(&house.sign_in);
    settle().await;
    house.provider.release();

    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(tokens(&first), tokens(&second));
    assert_eq!(tokens(&first).0, "access-2");
    assert_eq!(first.cookie.expose(), second.cookie.expose());
    assert_eq!(first.granted_scope, second.granted_scope);
    assert!(second.session.backstage_identity.is_some());
    assert_eq!(house.provider.refreshes(), 1);

    // Whoever asks later gets new ones.
    let session = browser.refresh(&house.sign_in).await.unwrap();
    assert_eq!(session.provider_info.access_token, "access-3");
}

#[tokio::test]
async fn fifty_tabs_get_the_same_tokens() {
    let house = House::new().await;
    let mut browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let tabs: Vec<_> = (0..50)
        .map(|_| browser.refresh_in_a_tab(&house.sign_in))
        .collect();
    settle().await;
    house.provider.until_asked(1).await;
    house.provider.release();
    for tab in tabs {
        let refreshed = tab.await.unwrap().unwrap();
        assert_eq!(tokens(&refreshed).0, "access-2");
    }
    assert_eq!(house.provider.refreshes(), 1);
    assert!(browser.refresh(&house.sign_in).await.is_ok());
}

#[tokio::test]
async fn sessions_do_not_wait_for_each_other() {
    let house = House::new().await;
    let slow = Browser::signed_in(&house).await;
    let mut quick = Browser::default();
    house.provider.now(|b| b.gives_refresh_tokens = false);
    quick.sign_in(&house.sign_in).await.unwrap();
    house.provider.hold();
    let slow = slow.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    assert!(quick.refresh(&house.sign_in).await.is_ok());
    house.provider.release();
    assert!(slow.await.unwrap().is_ok());
}

/// Nothing of one tab's request is taken for another's.
#[tokio::test]
async fn whoever_waits_still_has_to_prove_whose_the_session_is() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let cookie = browser.session.as_deref().unwrap();
    let thief = Browser {
        session: Some(crate::support::with_wrong_secret(cookie)),
        ..browser.clone()
    };
    house.provider.hold();
    let owner = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    let stolen = thief.refresh_in_a_tab(&house.sign_in);
    settle().await;
    house.provider.release();
    assert!(owner.await.unwrap().is_ok());
    let error = cause(stolen.await.unwrap());
    assert!(matches!(error, SignInError::SessionMissing));
}

#[tokio::test]
async fn when_the_first_fails_so_do_those_who_waited_and_the_session_is_not_stuck() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    house.provider.hold();
    house.provider.fails_transiently();
    let first = browser.refresh_in_a_tab(&house.sign_in);
    let second = browser.refresh_in_a_tab(&house.sign_in);
    settle().await;
    house.provider.until_asked(1).await;
    house.provider.release();
    for tab in [first, second] {
        let error = cause(tab.await.unwrap());
        assert_eq!(error.code(), "provider_unavailable");
    }
    assert_eq!(
        house.provider.refreshes(),
        1,
        "nobody asks it in vain again"
    );
    house.provider.recovers();
    assert!(browser.try_refresh(&house.sign_in).await.is_ok());
}

/// The refresh token that the provider gives in that moment is not left behind.
#[tokio::test]
async fn a_logout_wins_over_a_refresh_under_way() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    house.provider.hold();
    let refreshing = browser.refresh_in_a_tab(&house.sign_in);
    house.provider.until_asked(1).await;
    // A provider that rotates may have done so already: the token is an old one.
    house.provider.now(|b| b.forgets_on_logout = false);
    browser.logout(&house.sign_in).await.unwrap();
    house.provider.release();
    let error = cause(refreshing.await.unwrap());
    assert!(matches!(error, SignInError::SessionMissing));
    let error = cause(browser.try_refresh(&house.sign_in).await);
    assert!(matches!(error, SignInError::SessionMissing));
    let told = house.provider.told_of_logout();
    assert_eq!(told, ["refresh-1", "refresh-2"]);
}

/// A slow catalog is as slow for fifty tabs as for one.
#[tokio::test]
async fn tabs_do_not_wait_for_each_other_s_resolvers() {
    let together = Arc::new(Barrier::new(3));
    let all = together.clone();
    let resolver = sign_in_resolver("waits", move |_, context| {
        let together = together.clone();
        async move {
            together.wait().await;
            let user = EntityRef::new("user", "default", "ada");
            context.issue_token(UserClaims::new(user, vec![])).await
        }
    });
    let house = House::with(Plan {
        resolver: Some(Arc::new(resolver)),
        ..Plan::default()
    })
    .await;
    let mut browser = Browser::default();
    let (signed_in, ..) = tokio::join!(browser.sign_in(&house.sign_in), all.wait(), all.wait());
    assert!(signed_in.is_ok());
    let tabs: Vec<_> = (0..3)
        .map(|_| browser.refresh_in_a_tab(&house.sign_in))
        .collect();
    for tab in tabs {
        let refreshed = tokio::time::timeout(Duration::from_secs(60), tab).await;
        assert!(refreshed.unwrap().unwrap().is_ok());
    }
}

/// The request's id is in the log lines of what is done for it.
/// The name of the span that all others are within.
fn outermost_span() -> &'static str {
    let outermost = tracing::Span::current().with_subscriber(|(id, dispatch)| {
        let spans = dispatch.downcast_ref::<Registry>()?.span(id)?;
        spans.scope().from_root().next().map(|span| span.name())
    });
    outermost.flatten().unwrap_or("none")
}

#[tokio::test]
async fn what_a_request_does_is_logged_as_its_doing() {
    let _logging = tracing::subscriber::set_default(tracing_subscriber::registry());
    let resolver = sign_in_resolver("looks", |_, context| async move {
        let user = EntityRef::new("user", "default", outermost_span());
        context.issue_token(UserClaims::new(user, vec![])).await
    });
    let house = House::with(Plan {
        resolver: Some(Arc::new(resolver)),
        ..Plan::default()
    })
    .await;
    let browser = Browser::signed_in(&house).await;
    let refreshing = browser.try_refresh(&house.sign_in);
    let refreshed = refreshing.instrument(tracing::info_span!("request")).await;
    let user = refreshed.unwrap().session.user_entity_ref().unwrap();
    assert_eq!(user, "user:default/request");
}

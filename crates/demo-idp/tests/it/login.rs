//! The login page and what its buttons do.

use reqwest::StatusCode;

use crate::support::{Browser, World, assert_page, callback, csrf, request, with};

#[tokio::test]
async fn the_page_is_plain_about_what_it_is() {
    let mut settings = crate::support::settings();
    settings.title = "A <title>".to_owned();
    settings.people[0].name = "Ada <script>".to_owned();
    let world = World::start_with(settings).await;
    let response = Browser::new().authorize(&world, &request()).await;
    let headers = response.headers().clone();
    let page = response.text().await.unwrap();
    assert!(page.contains("for development only"));
    assert!(page.contains("A &#60;title&#62;"));
    assert!(page.contains("Ada &#60;script&#62;"));
    assert!(!page.contains("<script"));
    assert!(page.contains("mallory.unknown@example.com"));
    assert!(page.len() < 30_000);
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    assert!(policy.contains("form-action 'self' "));
    assert!(policy.contains(" http://localhost:7007;"));
    assert!(policy.contains("frame-ancestors 'none'"));
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-frame-options"], "DENY");
}

#[tokio::test]
async fn the_expected_person_has_the_focus() {
    let world = World::start().await;
    let query = with("login_hint", Some("Grace.Hopper@example.com"));
    let response = Browser::new().authorize(&world, &query).await;
    assert_page(response, StatusCode::OK, r#"value="grace-1906" autofocus"#).await;
}

#[tokio::test]
async fn declining_tells_the_relying_party() {
    let world = World::start().await;
    let browser = Browser::new();
    let csrf = browser.login_page(&world, &request()).await;
    let answer = browser
        .press(&world, &[("csrf", &csrf), ("deny", "1")])
        .await;
    let (_, query) = callback(&answer);
    assert_eq!(query["error"], "access_denied");
    assert_eq!(query["state"], "st&te");
    let after = browser
        .authorize(&world, &with("prompt", Some("none")))
        .await;
    assert_eq!(callback(&after).1["error"], "login_required");
}

#[tokio::test]
async fn a_form_from_another_browser_is_forged() {
    let world = World::start().await;
    let (attacker, victim) = (Browser::new(), Browser::new());
    let csrf = attacker.login_page(&world, &request()).await;
    victim.login_page(&world, &request()).await;
    let answer = victim
        .press(&world, &[("csrf", &csrf), ("person", "mallory-0001")])
        .await;
    assert_page(answer, StatusCode::FORBIDDEN, "not opened here").await;
    let silent = victim
        .authorize(&world, &with("prompt", Some("none")))
        .await;
    assert_eq!(callback(&silent).1["error"], "login_required");
}

#[tokio::test]
async fn a_form_without_its_token_is_forged() {
    let world = World::start().await;
    let browser = Browser::new();
    browser.login_page(&world, &request()).await;
    let answer = browser.press(&world, &[("person", "ada-1815")]).await;
    assert_page(answer, StatusCode::FORBIDDEN, "not opened here").await;
    let answer = browser
        .press(&world, &[("csrf", "guess"), ("person", "ada-1815")])
        .await;
    assert_page(answer, StatusCode::BAD_REQUEST, "no longer good").await;
}

#[tokio::test]
async fn a_form_is_good_once() {
    let world = World::start().await;
    let browser = Browser::new();
    let csrf = browser.login_page(&world, &request()).await;
    let form = [("csrf", csrf.as_str()), ("person", "ada-1815")];
    callback(&browser.press(&world, &form).await);
    let again = browser.press(&world, &form).await;
    assert_page(again, StatusCode::BAD_REQUEST, "no longer good").await;
}

#[tokio::test]
async fn a_form_is_good_for_ten_minutes() {
    let world = World::start().await;
    let browser = Browser::new();
    let csrf = browser.login_page(&world, &request()).await;
    world.advance(600);
    let late = browser
        .press(&world, &[("csrf", &csrf), ("person", "ada-1815")])
        .await;
    assert_page(late, StatusCode::BAD_REQUEST, "no longer good").await;
}

#[tokio::test]
async fn only_people_on_the_list_sign_in() {
    let world = World::start().await;
    let browser = Browser::new();
    let csrf = browser.login_page(&world, &request()).await;
    let answer = browser
        .press(&world, &[("csrf", &csrf), ("person", "root")])
        .await;
    assert_page(answer, StatusCode::BAD_REQUEST, "not on the list").await;
    let nobody = browser.press(&world, &[("csrf", &csrf)]).await;
    assert_page(nobody, StatusCode::BAD_REQUEST, "person is missing").await;
}

#[tokio::test]
async fn the_sign_in_takes_forms_only() {
    let world = World::start().await;
    let browser = Browser::new();
    let csrf = browser.login_page(&world, &request()).await;
    let body = format!("csrf={csrf}&person=ada-1815");
    let request = browser
        .0
        .post(world.url("/login"))
        .header("content-type", "text/plain");
    let answer = request.body(body).send().await.unwrap();
    assert_page(answer, StatusCode::BAD_REQUEST, "x-www-form-urlencoded").await;
    let answer = browser.get(&world, "/login", &[]).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let world = World::start().await;
    let browser = Browser::new();
    let page = browser.authorize(&world, &request()).await;
    let mut set: Vec<_> = page
        .headers()
        .get_all("set-cookie")
        .iter()
        .cloned()
        .collect();
    let csrf = csrf(&page.text().await.unwrap());
    let answer = browser
        .press(&world, &[("csrf", &csrf), ("person", "ada-1815")])
        .await;
    set.extend(answer.headers().get_all("set-cookie").iter().cloned());
    assert_eq!(
        set.len(),
        3,
        "the form's, the session's, the form's removal"
    );
    for cookie in set {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    }
}

#[tokio::test]
async fn another_person_takes_the_session_over() {
    let world = World::start().await;
    let browser = Browser::new();
    browser.sign_in(&world, "ada-1815").await;
    browser.sign_in(&world, "alan-1912").await;
    let answer = browser.authorize(&world, &request()).await;
    let (_, tokens) = world.redeem(&callback(&answer).1["code"]).await;
    let claims = world
        .id_token(tokens["id_token"].as_str().unwrap(), "app")
        .await;
    assert_eq!(claims["sub"], "alan-1912");
}
